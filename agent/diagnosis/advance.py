"""One finding after another: N of M, hysteresis, flapping. Pure: memory in, memory and step out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from agent.diagnosis.memory import FaultMemory, Step
from agent.diagnosis.rule import LONGEST_GAP, Finding, Persistence, Rule, Verdict
from shared.fault import FaultState
from shared.profile import weaker

_LONGEST_WINDOW: Final = 64
UNWATCHED: Final = timedelta(minutes=30)
"""What a gap in which nobody looked counts for, in the span of a fault's findings."""


def is_about_to_open(memory: FaultMemory | None, rule: Rule, *, now: datetime) -> bool:
    """Whether a suspected fault would open with one more finding of fault at ``now``."""
    if memory is None or memory.state is not FaultState.SUSPECTED:
        return False
    again = Finding(code=rule.code, verdict=Verdict.FAULT, summary_en="", summary_zh="")
    return advance(memory, again, now=now, persistence=rule.persistence)[1] is Step.OPENED


def advance(
    memory: FaultMemory | None, finding: Finding, *, now: datetime, persistence: Persistence
) -> tuple[FaultMemory, Step]:
    """Take one finding in; NO_VERDICT changes nothing at all.

    A suspicion that went cold (``Persistence.forgotten_after``) begins anew with this finding: two
    sights of months apart are no fault that stood between them, and the onset decides the
    warranty. What is open stays open, however long nothing is known.

    Only FAULT and HEALTHY enter the window: what is not known neither opens nor clears, and an
    episode survives the silence of its device. A second finding at the same instant is the same
    observation and is left out. The caller stores ``episode`` in the returned memory after OPENED.
    """
    memory = memory or FaultMemory(finding.code)
    seen = now == memory.said_at or (bool(memory.window_at) and memory.window_at[-1] == now)
    if finding.verdict is Verdict.NO_VERDICT or seen:
        return memory, Step.NONE
    is_fault = finding.verdict is Verdict.FAULT
    memory = _unless_cold(memory, now=now, persistence=persistence)
    goes_on = memory.is_open or any(memory.window)
    memory = _remember(memory, is_fault=is_fault, now=now, persistence=persistence)
    if is_fault:
        memory = replace(
            memory,
            summary_en=finding.summary_en,
            summary_zh=finding.summary_zh,
            because=finding.because,
            profile=weaker(memory.profile if goes_on else None, finding.profile),
            observations=memory.observations + 1,
            unsaid=memory.unsaid + 1,
        )
    if not memory.is_open:
        return _try_to_open(memory, now=now, persistence=persistence)
    memory, step = _try_to_clear(memory, now=now, persistence=persistence)
    if step is Step.NONE and is_fault:
        return _try_to_confirm(memory, now=now, persistence=persistence)
    return memory, step


def _unless_cold(memory: FaultMemory, *, now: datetime, persistence: Persistence) -> FaultMemory:
    """Without the findings of a fault that is not open and was not judged for too long.

    Either way in time: a clock that was set leaves no neighbours.
    """
    if memory.is_open or not memory.window_at:
        return memory
    if abs(now - memory.window_at[-1]) <= persistence.forgotten_after:
        return memory
    return replace(memory, window=(), window_at=())


def _remember(
    memory: FaultMemory, *, is_fault: bool, now: datetime, persistence: Persistence
) -> FaultMemory:
    window, window_at = (*memory.window, is_fault), (*memory.window_at, now)
    keep = persistence.clear_m
    if not memory.is_open:
        keep = _needed(window_at, persistence=persistence)
    return replace(memory, window=window[-keep:], window_at=window_at[-keep:])


def _needed(moments: tuple[datetime, ...], *, persistence: Persistence) -> int:
    """How many of the newest findings reach back over ``open_m`` of them and over ``open_span``."""
    keep = persistence.open_m
    while keep < len(moments) and _watched(moments[-keep:]) < persistence.open_span:
        keep += 1
    return keep


def _watched(moments: Sequence[datetime]) -> timedelta:
    """How long was watched from the first to the last of these.

    As ``View.watched``, but a gap in which nobody looked counts for UNWATCHED instead of nothing:
    a device that is visited twice a day would else never have a fault.
    """
    gaps = (later - earlier for earlier, later in pairwise(moments))
    return sum(
        (gap if gap <= LONGEST_GAP else UNWATCHED for gap in gaps if gap > timedelta(0)),
        timedelta(0),
    )


def _thinned(memory: FaultMemory, persistence: Persistence) -> FaultMemory:
    """Drop every second finding of a window that has grown too long, but for the newest one."""
    if len(memory.window) <= max(_LONGEST_WINDOW, persistence.open_m):
        return memory
    return replace(
        memory,
        window=(*memory.window[:-1:2], memory.window[-1]),
        window_at=(*memory.window_at[:-1:2], memory.window_at[-1]),
    )


def _try_to_open(
    memory: FaultMemory, *, now: datetime, persistence: Persistence
) -> tuple[FaultMemory, Step]:
    faults_at = [at for at, bad in zip(memory.window_at, memory.window, strict=True) if bad]
    if not faults_at:
        cleared = memory.state is FaultState.CLEARED
        state = FaultState.CLEARED if cleared else FaultState.HEALTHY
        return replace(memory, state=state, onset_at=None, observations=0, unsaid=0), Step.NONE
    if not _is_enough(faults_at, of=len(memory.window), persistence=persistence):
        suspected = replace(
            _thinned(memory, persistence),
            state=FaultState.SUSPECTED,
            onset_at=faults_at[0],
            observations=len(faults_at),
            unsaid=len(faults_at),
        )
        return suspected, Step.NONE
    opened = replace(
        memory,
        state=FaultState.OPEN,
        window=(),
        window_at=(),
        onset_at=faults_at[0],
        episode=None,
        changes=_recent_changes(memory, now=now, persistence=persistence),
        observations=len(faults_at),
        unsaid=0,
        said_at=now,
        confirmed=False,
    )
    return opened, Step.OPENED


def _is_enough(faults_at: list[datetime], *, of: int, persistence: Persistence) -> bool:
    """Whether n findings of fault, and n in m of all, reach over the span that is asked for."""
    n, m = persistence.open_n, persistence.open_m
    if len(faults_at) < n or len(faults_at) * max(m, 1) < n * of:
        return False
    return _watched(faults_at) >= persistence.open_span


def _try_to_clear(
    memory: FaultMemory, *, now: datetime, persistence: Persistence
) -> tuple[FaultMemory, Step]:
    if len(memory.window) < persistence.clear_m:
        return memory, Step.NONE
    if memory.window.count(False) < persistence.clear_n:
        return _settle(memory, now=now, persistence=persistence), Step.NONE
    if memory.state is FaultState.FLAPPING:
        last_change = memory.changes[-1] if memory.changes else now
        if abs(now - last_change) < persistence.flap_within:
            return memory, Step.NONE  # quiet for a moment is what flapping means
        return cleared(memory, now=now, changes=()), Step.CLEARED
    changes = _recent_changes(memory, now=now, persistence=persistence)
    if len(changes) >= persistence.flap_count:
        flapping = replace(
            memory, state=FaultState.FLAPPING, changes=changes, unsaid=0, said_at=now
        )
        return flapping, Step.FLAPPING
    return cleared(memory, now=now, changes=changes), Step.CLEARED


def _settle(memory: FaultMemory, *, now: datetime, persistence: Persistence) -> FaultMemory:
    """A flapping fault that stays bad for a whole day is simply open again."""
    if memory.state is not FaultState.FLAPPING or not all(memory.window):
        return memory
    if memory.changes and abs(now - memory.changes[-1]) < persistence.flap_within:
        return memory
    return replace(memory, state=FaultState.OPEN, changes=())


def cleared(memory: FaultMemory, *, now: datetime, changes: tuple[datetime, ...]) -> FaultMemory:
    """The memory after an episode; the engine's caller reads ``episode`` before it goes."""
    return replace(
        memory,
        state=FaultState.CLEARED,
        window=(),
        window_at=(),
        changes=changes,
        observations=0,
        unsaid=0,
        said_at=now,
        confirmed=False,
    )


def _try_to_confirm(
    memory: FaultMemory, *, now: datetime, persistence: Persistence
) -> tuple[FaultMemory, Step]:
    if memory.unsaid < persistence.confirm_n:
        return memory, Step.NONE
    # Moments far ahead are from a clock that was put right since: they hold nothing up.
    rested = memory.said_at is None or abs(now - memory.said_at) >= persistence.confirm_every
    if memory.confirmed and not rested:
        return memory, Step.NONE
    return replace(memory, confirmed=True, unsaid=0, said_at=now), Step.CONFIRMED


def _recent_changes(
    memory: FaultMemory, *, now: datetime, persistence: Persistence
) -> tuple[datetime, ...]:
    recent = tuple(at for at in memory.changes if abs(now - at) < persistence.flap_within)
    return (*recent, now)[-persistence.flap_count :]
