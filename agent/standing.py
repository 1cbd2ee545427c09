"""How devices stand, for the health message; unknown until good readings say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from agent.budget import Spend
from agent.config import Config
from agent.delivery import fault_store, keepsake_store
from agent.delivery.database import Database
from agent.diagnosis.memory import FaultMemory
from agent.facts import facts_of
from agent.hangs_on import hang_all
from agent.host import host_device
from agent.login_hold import OUTCOME
from agent.recording import EXCHANGED, Outcome
from shared.device import DeviceFacts
from shared.health import DeviceHealth, HangsOn, Standing
from shared.reading import Reading

_LET_IN: Final = frozenset({"accepted", "open"})
_LOGIN: Final = "login: "
_NOTHING: Final = "sent nothing: "
_MAX_CODES: Final = 64
_REASON_CHARS: Final = 200
_UNASKED: Final = "not asked yet since the agent started"
_AGE: Final = "push.age"  # of a camera that pushes: told by the clock, and not by the camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One device, as far as this process knows it."""

    facts: DeviceFacts
    standing: Standing = Standing.UNKNOWN
    reason: str = _UNASKED
    last_good_at: datetime | None = None
    open_codes: tuple[str, ...] = ()
    spend: Spend | None = None  # of its newest pass in this process
    mah: float = 0.0


class Standings:
    """All devices; built from what was stored, then changed pass by pass."""

    def __init__(
        self,
        facts: Iterable[tuple[DeviceFacts, tuple[str, ...]]],
        *,
        host_id: str = "",
        hangs_on: Mapping[str, HangsOn] = MappingProxyType({}),
    ) -> None:
        """``facts`` with the codes of the episodes that are still open; ``host_id`` is our own."""
        self._host_id = host_id
        self._hangs_on = hangs_on
        self._owed: dict[str, str] = {}
        self._stands = {
            fact.device_id: Stand(facts=fact, open_codes=codes) for fact, codes in facts
        }

    def facts(self) -> tuple[DeviceFacts, ...]:
        """Who each device is, as far as this process knows."""
        return tuple(stand.facts for stand in self._stands.values())

    def note(self, outcome: Outcome, *, now: datetime) -> None:
        """Take in one pass."""
        before = self._stands.get(outcome.facts.device_id, Stand(facts=outcome.facts))
        self._stands[outcome.facts.device_id] = judge(before, outcome, now=now)

    def has_unasked(self) -> bool:
        """True while some device has had no pass in this process."""
        return any(stand.reason == _UNASKED for stand in self._stands.values())

    def note_owed(self, owed: Mapping[str, str]) -> None:
        """Take in what experiments owe to devices, in words; empty when nothing is owed.

        What is owed to a device that is not ours any more stands on the agent's own line.
        """
        self._owed = {name: text for name, text in owed.items() if name in self._stands}
        strays = "; ".join(text for name, text in owed.items() if name not in self._stands)
        if strays and self._host_id in self._stands:
            own = self._owed.get(self._host_id, "")
            self._owed[self._host_id] = "; ".join(filter(None, (own, strays)))

    def health(self) -> tuple[DeviceHealth, ...]:
        """The lines of a health message; a device that was left changed is not called well."""
        return tuple(
            DeviceHealth(
                device=stand.facts,
                standing=Standing.UNKNOWN
                if stand.standing is Standing.OK and stand.facts.device_id in self._owed
                else stand.standing,
                last_good_at=stand.last_good_at,
                open_codes=stand.open_codes,
                reason="; ".join(
                    filter(None, (self._owed.get(stand.facts.device_id, ""), stand.reason))
                )[:_REASON_CHARS],
                hangs_on=self._hangs_on.get(stand.facts.device_id),
                **_spent(stand),
            )
            for stand in self._stands.values()
        )


def _spent(stand: Stand) -> dict[str, int]:
    """What the device has cost today, by the names of a health message."""
    if stand.spend is None:
        return {}
    return {
        "spent_bytes_today": stand.spend.bytes,
        "spent_logins_today": stand.spend.logins,
        "spent_requests_today": stand.spend.requests,
        "spent_wakeups_today": stand.spend.wakeups,
        "spent_writes_today": stand.spend.writes,
        "spent_uah_today": round(stand.mah * 1000),
    }


def judge(before: Stand, outcome: Outcome, *, now: datetime) -> Stand:
    """The stand after a pass: an open fault is FAULT, anything doubtful UNKNOWN, the rest OK."""
    codes = tuple(sorted({m.code for m in outcome.memories.values() if m.is_open}))
    is_heard = _is_heard(outcome.readings)
    if is_heard and before.reason.startswith(_NOTHING):
        return replace(before, reason=f"{_NOTHING}only what tells nothing new")
    if is_heard and before.reason != _UNASKED:
        return before  # the clock alone went on, and within what the camera promised
    good = _any_good(outcome.readings)
    after = replace(
        before,
        facts=outcome.facts,
        open_codes=codes[:_MAX_CODES],
        last_good_at=now if good else before.last_good_at,
        spend=outcome.spend,
        mah=outcome.mah,
    )
    doubt = _doubt(outcome, good=good or is_heard, before=before)
    if codes:
        return replace(after, standing=Standing.FAULT, reason=doubt)
    return replace(after, standing=Standing.UNKNOWN if doubt else Standing.OK, reason=doubt)


def _is_heard(readings: Iterable[Reading]) -> bool:
    """Whether this only says that a camera which pushes is within its promise."""
    told = tuple(readings)
    return bool(told) and all(reading.name == _AGE and reading.good for reading in told)


def _any_good(readings: Iterable[Reading]) -> bool:
    """Good readings of the device itself; that nobody answers is none of these."""
    return any(
        r.good and not r.name.startswith(("reach.", "login.", "push.")) and not r.cause
        for r in readings
    ) or any(r.name == "reach.answers" and r.value is True for r in readings)


def _doubt(outcome: Outcome, *, good: bool, before: Stand) -> str:
    """Why the device may not be well, the gravest reason first; '' when there is none."""
    suspected = _suspected(outcome.memories)
    if outcome.is_silent:
        phrase = "may be asleep" if outcome.may_sleep else "does not answer"
        doubt = f"{phrase}: {_why(outcome.readings)}"
    elif odd := next(filter(None, map(_oddity, outcome.readings)), ""):
        doubt = odd
    elif suspected:
        doubt = f"suspected: {', '.join(suspected)}"
    elif not good:
        doubt = f"no good reading: {_why(outcome.readings)}"
    elif before.reason.startswith(_LOGIN) and not any(
        reading.name == OUTCOME for reading in outcome.readings
    ):
        doubt = before.reason  # that probe was not due: what it said last still stands
    else:
        doubt = ""
    return doubt[:_REASON_CHARS]


def _oddity(reading: Reading) -> str:
    """What one reading says against the device by itself; '' for most."""
    if reading.name == EXCHANGED:
        return f"another device hangs here now; {reading.detail}"
    if reading.name == _AGE and not reading.good:
        return f"{_NOTHING}{reading.detail}"
    if reading.name == OUTCOME and reading.good and reading.value not in _LET_IN:
        return f"{_LOGIN}{reading.value}"
    return ""


def _suspected(memories: Mapping[str, FaultMemory]) -> list[str]:
    return sorted({m.code for m in memories.values() if not m.is_open and any(m.window[-1:])})


def _why(readings: Iterable[Reading]) -> str:
    return next((r.detail or r.cause for r in readings if r.cause), "nothing was due")


def stored_standings(config: Config, database: Database) -> Standings:
    """How the devices and this host stand as far as the database tells, at the start."""
    db = database.connection
    known = []
    for device in (*config.devices, host_device(config)):
        facts = facts_of(device, keepsake_store.read_facts(db, device.device_id), {})
        memories = fault_store.read_memories(db, device.device_id)
        codes = tuple(sorted({memory.code for memory in memories.values() if memory.is_open}))
        known.append((facts, codes))
    return Standings(
        known, host_id=host_device(config).device_id, hangs_on=hang_all(config.devices)
    )
