"""Firmware profiles: what may rest on their readings, and what engineers confirmed. Pure.

A finding whose readings a profile extracted carries a claim when the profile is proven (status
fixture-tested or device-tested), when an engineer compared these very readings with the device
and confirmed them, or when the policy's number of independent confirmations was reached before.
Everything else is *unproven*: it leads to a draft that cannot be ready or submitted. Findings from
ONVIF, RTSP and pictures are never held back.

Confirmations count for one profile id and content hash, on one model, with one firmware. A device
has one vote: right only when everything that was said of it was right, and then of the engineer
who spoke last. Two confirmations are **independent** when device and engineer differ: an engineer
who errs may err on ten devices. One device that was wrong outweighs them all.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from shared.profile import PROVEN
from shared.reading import Reading

_MOST_READINGS: Final = 6


class Confirmed(enum.Enum):
    """What an engineer found when comparing the readings with the device."""

    RIGHT = "right"
    WRONG = "wrong"


class Standing(enum.Enum):
    """What a finding is worth by the profile that read it."""

    FREE = ""  # rests on no profile's readings, or on a proven one's
    UNPROVEN = "unproven"
    SETTLED = "settled"  # enough independent confirmations of this profile, when it was decided
    RIGHT = "right"
    WRONG = "wrong"

    @property
    def carries(self) -> bool:
        """True when a claim may rest on the finding."""
        return self in (Standing.FREE, Standing.SETTLED, Standing.RIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTerms:
    """``[profiles]`` of the policy file."""

    confirmations: int = 0  # independent ones after which drafts are not marked; 0: never


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileKey:
    """What confirmations are about; another hash, model or firmware begins anew."""

    id: str
    hash: str
    model: str
    firmware: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The newest word on one fault of one device; votes come in the order they were given."""

    device: int
    engineer: str
    said: Confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRecord:
    """What the votes on one key come to."""

    right: int = 0  # devices
    wrong: int = 0
    engineers: int = 0  # who confirmed or refuted anything
    independent: int = 0  # right ones, each of another engineer on another device


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """The profile behind a fault that is due, with its record."""

    key: ProfileKey
    status: str
    read: str = ""  # what it read, for the reason
    record: ProfileRecord = field(default_factory=ProfileRecord)
    ruled: Confirmed | None = None  # of this very fault


def weigh_votes(votes: Iterable[Vote]) -> ProfileRecord:
    """One vote a device; see the module's text."""
    by_device: dict[int, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_device[vote.device].append(vote)
    right = [v for v in by_device.values() if all(one.said is Confirmed.RIGHT for one in v)]
    return ProfileRecord(
        right=len(right),
        wrong=len(by_device) - len(right),
        engineers=len({one.engineer for v in by_device.values() for one in v}),
        independent=len({v[-1].engineer for v in right}),
    )


def is_settled(key: ProfileKey, record: ProfileRecord, terms: ProfileTerms) -> bool:
    """Whether further findings of this key need no confirmation of their own."""
    named = all((key.id, key.hash, key.model, key.firmware))
    enough = 0 < terms.confirmations <= record.independent
    return named and enough and not record.wrong


def stand(found: ProfileFacts | None, terms: ProfileTerms) -> Standing:
    """What a fault is worth by the profile that read it; None when none did."""
    if found is None or found.status in PROVEN:
        return Standing.FREE
    if found.ruled is not None:
        return Standing(found.ruled.value)
    settled = is_settled(found.key, found.record, terms)
    return Standing.SETTLED if settled else Standing.UNPROVEN


def describe(found: ProfileFacts, standing: Standing) -> tuple[str, str]:
    """Why the fault is a marked draft, or no more one, in English and Chinese."""
    name = found.key.id or "?"
    status_zh = _STATUS_ZH.get(found.status, found.status)
    read_en, read_zh = (f" read {found.read}", f"读得 {found.read}") if found.read else ("", "")
    who_en = f"firmware profile {name} ({found.status}){read_en}"
    who_zh = f"固件描述文件 {name}（{status_zh}）{read_zh}"
    if standing is Standing.UNPROVEN:
        return (
            f"draft only, profile unproven: {who_en}; an engineer who compares these readings with"
            " the device proves them, or a recording of such a device in the profile's tests",
            f"仅为草稿，描述文件未经验证：{who_zh}；须由工程师与设备实际情况核对并确认，"
            "或以此类设备的录制数据通过测试",
        )
    if standing is Standing.SETTLED:
        count = found.record.independent
        return (
            f"{who_en}; {count} engineers confirmed it, each on another device of this model and"
            " firmware",
            f"{who_zh}；已有 {count} 名工程师分别在同型号、同固件的不同设备上确认",
        )
    return (
        f"{who_en}; an engineer confirmed these readings",
        f"{who_zh}；工程师已确认这些读数",
    )


def tell_readings(because: Iterable[Reading], names: Iterable[str]) -> str:
    """The readings of these names as one line: ``battery.charge = 35 %, battery.charging = no``."""
    wanted = set(names)
    told = [f"{r.name} = {_value(r)}" for r in because if r.name in wanted]
    more = " …" if len(told) > _MOST_READINGS else ""
    return ", ".join(told[:_MOST_READINGS]) + more


def _value(reading: Reading) -> str:
    if reading.value is None:
        return reading.quality.value
    if isinstance(reading.value, bool):
        return str(reading.value).lower()
    number = isinstance(reading.value, float)
    text = f"{reading.value:g}" if number else str(reading.value)[:40]
    return f"{text} {reading.unit}".rstrip()


_STATUS_ZH: Final = {
    "documented": "仅有文档依据",
    "fixture-tested": "录制数据测试通过",
    "device-tested": "实机测试通过",
    "unknown": "状态未知",
}
