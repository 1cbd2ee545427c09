"""When a device that does not answer is taken for dead: the others on its supply and link are well.

"Worked once, siblings on the same power and uplink good for at least 72 h" is a draft, and a draft
that needs proof from the site: power measured at the camera, and a photo. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.claims.problem import Both

DEAD: Final = "mainboard.dead"
UNREACHABLE: Final = "device.unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadTerms:
    """How certain it must be before a draft opens; see ``[dead_device]`` of the policy."""

    good_for: timedelta = timedelta(hours=72)
    siblings: int = 1
    charge: float = 20.0  # percent that a battery must have had when it was last heard


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadFacts:
    """A silent device and those that hang on the same supply and link."""

    worked_once: bool
    contact: str  # shared.health.HangsOn.contact; '' where the agent did not say
    feed: str
    charge: float | None  # the last good one, in percent
    has_energy_fault: bool  # open at the same device
    siblings: int  # that are heard now
    quiet_since: datetime | None  # since when neither they nor their site had an outage
    is_named: bool = True  # its agent still tells how it stands: one taken out is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Dead, or why not (yet); ``again_at`` is when it is asked anew."""

    is_dead: bool
    why: Both
    again_at: datetime | None = None


_ALONE: Final = Both(
    "measure power at the device: no other one on its supply and link can tell whether it has any",
    "请测量设备处的供电：同一供电与链路上没有其他设备可作对照",
)


def judge(facts: DeadFacts, *, onset_at: datetime, terms: DeadTerms, now: datetime) -> Judged:
    """Whether nothing but the device itself can be the reason of its silence."""
    if facts.siblings < terms.siblings or facts.quiet_since is None:
        return Judged(is_dead=False, why=_ALONE)
    if (excuse := _excuse(facts, terms)) is not None:
        return Judged(is_dead=False, why=excuse)
    ready_at = max(onset_at, facts.quiet_since) + terms.good_for
    hours = terms.good_for.total_seconds() / 3600
    if now < ready_at:
        return Judged(
            is_dead=False,
            why=Both(
                "check its power and network; others on the same supply and link "
                f"({facts.siblings}) are well: a pre-claim opens when they were for {hours:g} h",
                f"请检查其供电与网络；同一供电与链路上的 {facts.siblings} 台设备正常："
                f"持续 {hours:g} 小时后将开立预索赔",
            ),
            again_at=ready_at,
        )
    return Judged(
        is_dead=True,
        why=Both(
            f"it worked once, and others on the same supply and link ({facts.siblings}) have been "
            f"well for {hours:g} h while it was silent",
            f"曾正常工作；同一供电与链路上的 {facts.siblings} 台设备已连续正常 {hours:g} 小时，"
            "而其一直无响应",
        ),
    )


def _excuse(facts: DeadFacts, terms: DeadTerms) -> Both | None:
    """What else may keep it silent."""
    if not facts.is_named:
        return Both(
            "its agent names it no more: was it taken out of the configuration?",
            "代理已不再上报该设备：是否已从配置中移除？",
        )
    if not facts.worked_once:
        return Both(
            "it has never answered here: check address, cable and power",
            "从未应答过：请检查地址、线缆与供电",
        )
    if facts.contact == "pushes":
        return Both(
            "it only sends by itself: check whether it still may, and its power",
            "该设备只主动推送：请检查其推送设置与供电",
        )
    if facts.feed != "battery":
        return None
    if facts.has_energy_fault or facts.charge is None or facts.charge < terms.charge:
        return Both(
            "its battery was low, or nobody knows how full it was: an empty battery is no dead "
            "board; measure it",
            "其电池电量低或未知：电池耗尽不等于主板损坏；请测量",
        )
    return None
