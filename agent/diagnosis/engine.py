"""From findings to episodes: N of M, hysteresis, flapping. Pure: memory in, memory and step out."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec
from msgspec.structs import replace

from agent.diagnosis.explanations import cause_of, fitter_first
from agent.diagnosis.extracted import profile_of
from agent.diagnosis.rule import LONGEST_GAP, Finding, Persistence, Rule, Verdict, View
from agent.diagnosis.who import unless_unnamed
from shared.catalogue import CATALOGUE
from shared.fault import FaultState
from shared.identity import EventId
from shared.moment import Moment
from shared.profile import ProfileUsed, weaker
from shared.reading import Reading

ANSWERS: Final = "reach.answers"
"""Name of the reading that says whether anything answers at the device's address."""


_LONGEST_WINDOW: Final = 64
UNJUDGED: Final = timedelta(days=1)
"""After it a fault explains no other in pictures of another size or source: it
cannot clear in them. A day's nights and weather are no such thing."""
UNWATCHED: Final = timedelta(minutes=30)
"""What a gap in which nobody looked counts for, in the span of a fault's findings."""


class Step(enum.Enum):
    """What a finding did to a fault; all but NONE are told as an event."""

    NONE = "none"
    OPENED = "opened"
    CLEARED = "cleared"
    FLAPPING = "flapping"
    CONFIRMED = "confirmed"


class FaultMemory(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of one fault of one device; stored, so fields are only appended.

    ``window`` holds good findings only (True: fault) since the last change of state, with
    ``window_at`` beside it. ``episode`` is set by the caller after OPENED, when the opening
    event has its identity, and stays until the episode is cleared.
    """

    code: str
    state: FaultState = FaultState.HEALTHY
    window: tuple[bool, ...] = ()
    window_at: tuple[Moment, ...] = ()
    onset_at: Moment | None = None
    episode: EventId | None = None
    changes: tuple[Moment, ...] = ()
    observations: int = 0  # findings of fault in this episode
    unsaid: int = 0  # of these, since the last event
    said_at: Moment | None = None
    confirmed: bool = False
    summary_en: str = ""
    summary_zh: str = ""
    because: tuple[Reading, ...] = ()
    profile: ProfileUsed | None = None  # the least proven one that its findings rest on

    @property
    def is_open(self) -> bool:
        """True while an episode stands."""
        return self.state in (FaultState.OPEN, FaultState.FLAPPING)


def experiment_key(code: str) -> str:
    """Under which an active test remembers a fault: apart from what pictures alone say of it."""
    return f"{code}+experiment"


def taken_over(passive: FaultMemory, proven: FaultMemory) -> FaultMemory:
    """What an active test just opened, as the episode that pictures alone had opened before."""
    return replace(
        proven,
        episode=passive.episode,
        onset_at=min(filter(None, (passive.onset_at, proven.onset_at)), default=None),
        observations=passive.observations + proven.observations,
        changes=passive.changes,
        confirmed=True,
    )


def is_refuted(passive: FaultMemory, tested: FaultMemory, *, by: Persistence) -> bool:
    """Whether the newest tests, all since pictures alone opened the fault, found it well."""
    opened_at = passive.changes[-1] if passive.changes else passive.onset_at
    since = [
        is_fault
        for at, is_fault in zip(tested.window_at, tested.window, strict=True)
        if opened_at is None or at >= opened_at
    ]
    return len(since) >= by.clear_m and since.count(False) >= by.clear_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """One step with the finding that made it and the memory after it."""

    step: Step
    finding: Finding
    memory: FaultMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The outcome of one pass: all findings, the new memories, and what must be told."""

    findings: tuple[Finding, ...]
    memories: Mapping[str, FaultMemory]  # every memory of the device, changed or not
    steps: tuple[Diagnosed, ...]  # without Step.NONE


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


def diagnose(view: View, memories: Mapping[str, FaultMemory], rules: Iterable[Rule]) -> Diagnosis:
    """Judge by every rule whose needs were read in this pass, and advance the memories.

    While nothing answers at the device's address, only rules that say so are asked: what else
    went wrong is then a consequence, and whatever was open stays open. Of faults that explain one
    another only the cause is told (``explanations``). What an active test has proven is not found
    a second time, and only a test ends it.
    """
    silent = view.flag(ANSWERS) is False
    asked = [
        rule
        for rule in rules
        if not view.fresh.isdisjoint(rule.needs) and (not silent or rule.judges_unreachable)
    ]
    judged = [
        _with_profile(_unless_proven(rule.judge(view), memories), view, rule) for rule in asked
    ]
    findings = tuple(
        unless_unnamed(
            finding, view, onset_at=_opening_onset(memories.get(rule.code), rule, now=view.now)
        )
        for rule, finding in zip(
            asked, explain(judged, memories, now=view.now, besides=view.uplink_faults), strict=True
        )
    )
    after = dict(memories)
    steps: list[Diagnosed] = []
    for rule, finding in zip(asked, findings, strict=True):
        memory, step = advance(
            memories.get(rule.code), finding, now=view.now, persistence=rule.persistence
        )
        if finding.verdict is not Verdict.NO_VERDICT:
            after[rule.code] = memory
        if step is not Step.NONE:
            steps.append(Diagnosed(step=step, finding=finding, memory=memory))
    return Diagnosis(findings=findings, memories=after, steps=tuple(steps))


def _opening_onset(memory: FaultMemory | None, rule: Rule, *, now: datetime) -> datetime | None:
    """Since when a fault stands that one more finding would open now; None when none would."""
    return memory.onset_at if memory and is_about_to_open(memory, rule, now=now) else None


def explain(
    findings: Sequence[Finding],
    memories: Mapping[str, FaultMemory],
    *,
    now: datetime,
    besides: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """The findings, with those that another fault explains set back to no verdict.

    A fault explains while it is found in this pass, or stands open: one fault gets one name. What
    is open already under the name of a consequence stays so: only its own recovery ends it. While
    a fault for the fitter stands, nothing that it may cause becomes a claim; one that could not be
    judged for a day, for the pictures are of another kind, would hold claims back for ever.
    ``besides``: faults of the gateway through which the device is reached.
    """
    found = {finding.code for finding in findings if finding.verdict is Verdict.FAULT}
    standing = {memory.code for memory in memories.values() if memory.is_open}
    judged = {finding.code for finding in findings if finding.verdict is Verdict.HEALTHY}
    standing -= judged | _unjudgeable(findings, memories, now=now)
    causes = found | standing | besides
    told = []
    for finding in findings:
        cause = fitter_first(finding.code, standing) or cause_of(finding.code, causes)
        if finding.verdict is Verdict.FAULT and cause is not None:
            told.append(_explained(finding, cause))
        else:
            told.append(finding)
    return tuple(told)


def _unjudgeable(
    findings: Iterable[Finding], memories: Mapping[str, FaultMemory], *, now: datetime
) -> frozenset[str]:
    """Codes that this picture cannot judge for its kind, and none has judged for a day."""

    def is_old(memory: FaultMemory | None) -> bool:
        moments = [memory.said_at, *memory.window_at] if memory else []
        last = max((at for at in moments if at is not None), default=None)
        return last is not None and now - last > UNJUDGED

    return frozenset(
        finding.code
        for finding in findings
        if finding.is_of_other_kind and is_old(memories.get(finding.code))
    )


def _unless_proven(finding: Finding, memories: Mapping[str, FaultMemory]) -> Finding:
    proven = memories.get(experiment_key(finding.code))
    if proven is None or not proven.is_open or finding.verdict is Verdict.NO_VERDICT:
        return finding
    return dataclasses.replace(
        finding,
        verdict=Verdict.NO_VERDICT,
        summary_en=f"{finding.summary_en}; a test has proven the fault",
        summary_zh=f"{finding.summary_zh}；故障已由主动测试证实",
        settle_en="two tests in which the filter moves",
        settle_zh="两次测试均显示滤光片动作正常",
    )


def _with_profile(finding: Finding, view: View, rule: Rule) -> Finding:
    if finding.verdict is not Verdict.FAULT:
        return finding
    used = profile_of(finding.because, view, looks_back=rule.looks_back)
    return finding if used is None else dataclasses.replace(finding, profile=used)


def _explained(finding: Finding, cause: str) -> Finding:
    entry = CATALOGUE[cause]
    return Finding(
        code=finding.code,
        verdict=Verdict.NO_VERDICT,
        summary_en=f"{finding.summary_en}; explained by: {entry.name_en}",
        summary_zh=f"{finding.summary_zh}；原因为：{entry.name_zh}",
        because=finding.because,
        settle_en=f"first put right: {entry.name_en}",
        settle_zh=f"请先处理：{entry.name_zh}",
    )
