"""A firmware case: its actions by role as a table, and the fold of its log. Pure.

One case for each camera firmware, recorder firmware and cause. It has the states, clocks and hash
chain of a claim line, of which it needs fewer: nothing is sent back, so there is no RMA number,
and its path is a firmware that mends it, or guidance. The log is the truth; the columns of
``firmware_case`` are projections of this fold.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from collector.claims import story as line_story
from collector.claims.answer import Path
from collector.claims.firmware_version import Order, order
from collector.claims.lifecycle import Actor, LineState
from collector.claims.story_parts import Cycle, LogEvent, Story

PATHS: Final = (Path.FIRMWARE_FIX, Path.GUIDANCE)


class Side(enum.Enum):
    """Which of the two firmwares the mended version is of."""

    CAMERA = "camera"
    RECORDER = "recorder"


class Field(enum.Enum):
    """What an action can take beside its reason; a form has one control for each."""

    MISSING = "missing"  # what is asked for, in words
    PATH = "path"
    REASON_CODE = "reason_code"
    VERSION = "firmware_version"  # the one that mends it
    SIDE = "fixed_side"
    SEEN_VERSION = "version"  # one that agents saw and nobody can put in order
    CONTAINS = "contains"  # yes | no: whether that one holds the mending


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that can be done; ``target`` None leaves the state and appends ``event``."""

    name: str
    sources: frozenset[LineState]
    target: LineState | None
    actors: frozenset[Actor]
    fields: tuple[Field, ...] = ()
    reason_needed: bool = False
    event: str = "moved"

    def allows(self, actor: Actor) -> bool:
        """An administrator may do what a person may, never what only the system may."""
        return actor in self.actors or (actor is Actor.ADMIN and bool(self.actors - _SYSTEM))


S, A, F = LineState, Actor, Field  # short names for the table below
_SYSTEM, _ENGINEER, _ASKER = (
    frozenset({A.SYSTEM}),
    frozenset({A.ENGINEER}),
    frozenset({A.INTEGRATOR, A.DISTRIBUTOR}),
)
RUNNING: Final = frozenset({S.SUBMITTED, S.IN_REVIEW, S.NEED_INFO, S.APPROVED, S.RESOLVING})
FIXABLE: Final = frozenset({S.APPROVED, S.RESOLVING, S.FULFILLED, S.RESOLVED, S.CLOSED})
"""States in which a mended version may be known."""
GUIDED: Final = frozenset({S.RESOLVED, S.CLOSED})
"""Ended by the answer; without a version it was guidance, which another device may need too."""
STATES: Final = RUNNING | {
    S.DRAFT, S.FULFILLED, S.RESOLVED, S.CLOSED, S.REJECTED, S.WITHDRAWN, S.AUTO_CLEARED
}  # fmt: skip
FINAL: Final = frozenset({S.CLOSED})
"""Without a step of people's; who still fails on the mended version has a claim."""


def _do(
    name: str,
    sources: set[LineState] | frozenset[LineState],
    target: LineState | None,
    actors: frozenset[Actor],
    *fields: Field,
    reason_needed: bool = False,
    event: str = "moved",
) -> Action:
    return Action(
        name=name,
        sources=frozenset(sources),
        target=target,
        actors=actors,
        fields=fields,
        reason_needed=reason_needed,
        event=event,
    )


ACTIONS: Final = (
    _do("report", {S.DRAFT, S.WITHDRAWN}, S.SUBMITTED, _ASKER),
    _do("take_up", {S.DRAFT}, S.SUBMITTED, _ENGINEER, reason_needed=True),
    _do("take", {S.SUBMITTED}, S.IN_REVIEW, _ENGINEER),
    _do("ask", {S.SUBMITTED, S.IN_REVIEW}, S.NEED_INFO, _ENGINEER, F.MISSING, reason_needed=True),
    _do("answer", {S.NEED_INFO}, S.IN_REVIEW, _ASKER, reason_needed=True),
    _do("approve", {S.IN_REVIEW}, S.APPROVED, _ENGINEER, F.PATH, reason_needed=True),
    _do(
        "reject", {S.IN_REVIEW, S.NEED_INFO}, S.REJECTED, _ENGINEER, F.REASON_CODE,
        reason_needed=True,
    ),
    _do("appeal", {S.REJECTED}, S.IN_REVIEW, _ASKER, reason_needed=True),
    _do("fulfil", {S.APPROVED, S.RESOLVING}, S.FULFILLED, _ENGINEER, F.VERSION, F.SIDE),
    _do("confirm", {S.FULFILLED}, S.RESOLVED, _ASKER),
    _do("verify", {S.FULFILLED}, S.RESOLVED, _SYSTEM),
    _do(
        "not_solved", {S.FULFILLED, S.RESOLVED}, S.RESOLVING, _ASKER | _ENGINEER,
        reason_needed=True,
    ),
    _do("close", {S.RESOLVED}, S.CLOSED, _SYSTEM),
    _do("return", GUIDED, S.FULFILLED, _SYSTEM),
    _do("withdraw", {S.DRAFT, S.SUBMITTED, S.NEED_INFO}, S.WITHDRAWN, _ASKER, reason_needed=True),
    _do("clear", {S.DRAFT}, S.AUTO_CLEARED, _SYSTEM),
    _do("reopen", {S.AUTO_CLEARED}, S.DRAFT, _SYSTEM | _ASKER),
    _do("hold", RUNNING, None, _ENGINEER, reason_needed=True, event="held"),
    _do("release", RUNNING, None, _ENGINEER, event="released"),
    _do("name_fix", FIXABLE - {S.APPROVED}, None, _ENGINEER, F.VERSION, F.SIDE,
        reason_needed=True, event="fix_named"),
    _do("rule_version", FIXABLE, None, _ENGINEER, F.SEEN_VERSION, F.CONTAINS,
        reason_needed=True, event="version_ruled"),
)  # fmt: skip
BY_NAME: Final = {action.name: action for action in ACTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A version that mends it, and what engineers said of versions that no rule puts in order."""

    version: str
    side: Side
    ruled: tuple[tuple[str, bool], ...] = ()

    def is_in(self, version: str) -> bool | None:
        """Whether this version holds the mending; None where that is not known."""
        for name, contains in reversed(self.ruled):
            if name == version:
                return contains
        match order(version, self.version):
            case Order.SAME | Order.NEWER:
                return True
            case Order.OLDER:
                return False
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStory:
    """What the log says: ``line`` is what a claim line's fold says of the same events."""

    line: Story = line_story.EMPTY
    fix: Fix | None = None
    claims: tuple[int, ...] = ()  # lines of devices that fail on the mended version too

    @property
    def state(self) -> LineState:
        """Where the case stands."""
        return self.line.state


EMPTY: Final = CaseStory()


def fold(events: Iterable[LogEvent]) -> CaseStory:
    """What the whole log says."""
    return reduce(step, events, EMPTY)


def step(story: CaseStory, event: LogEvent) -> CaseStory:
    """The story after one more event; one that is known already changes nothing."""
    if event.seq <= story.line.last_seq:
        return story
    line = _asked_anew(story.line, line_story.step(story.line, event), event)
    told = replace(story, line=line)
    match event.type:
        case "moved" | "fix_named":
            return _fixed(told, event)
        case "version_ruled":
            return _ruled(told, event)
        case "became_claim":
            claim = event.payload.get("line")
            if isinstance(claim, int) and claim not in story.claims:
                return replace(told, claims=(*story.claims, claim))
    return told


def _asked_anew(before: Story, after: Story, event: LogEvent) -> Story:
    """What was withdrawn and is reported again is a new question to the factory."""
    was, to = before.state, after.state
    if (was, to) != (S.WITHDRAWN, S.SUBMITTED) or before.submitted_at is None:
        return after
    return replace(after, cycles=(*after.cycles, Cycle(started_at=event.at, because="reopened")))


def _fixed(story: CaseStory, event: LogEvent) -> CaseStory:
    if event.payload.get("to") == S.RESOLVING.value:
        return replace(story, fix=None)  # it is not solved: who fails on that version has no claim
    version, side = event.payload.get("firmware_version"), event.payload.get("fixed_side")
    if not isinstance(version, str) or not version.strip() or side not in _SIDES:
        return story
    ruled = story.fix.ruled if story.fix and story.fix.version == version.strip() else ()
    return replace(story, fix=Fix(version=version.strip(), side=_SIDES[str(side)], ruled=ruled))


def _ruled(story: CaseStory, event: LogEvent) -> CaseStory:
    version, contains = event.payload.get("version"), event.payload.get("contains")
    if story.fix is None or not isinstance(version, str) or not isinstance(contains, bool):
        return story
    return replace(story, fix=replace(story.fix, ruled=(*story.fix.ruled, (version, contains))))


_SIDES: Final = {side.value: side for side in Side}
SIDES: Final = _SIDES


def fields_of(action: Action, story: CaseStory) -> tuple[Field, ...]:
    """What this action takes here: guidance names no version."""
    if action.name == "fulfil" and story.line.path == Path.GUIDANCE.value:
        return ()
    return action.fields


def actions_for(story: CaseStory, actor: Actor) -> tuple[Action, ...]:
    """What this actor may do now, as far as the table says."""
    return tuple(
        action
        for action in ACTIONS
        if story.state in action.sources and action.allows(actor) and _fits(action, story)
    )


def _fits(action: Action, story: CaseStory) -> bool:
    """Whether there is anything to do it to."""
    fits = _FITS.get(action.name)
    return fits is None or fits(story)


_FITS: Final[Mapping[str, Callable[[CaseStory], bool]]] = {
    "hold": lambda story: not story.line.is_held,
    "release": lambda story: story.line.is_held,
    "rule_version": lambda story: story.fix is not None,
    "name_fix": lambda story: story.line.path == Path.FIRMWARE_FIX.value,
    "appeal": lambda story: not story.line.appeal_used,
    "return": lambda story: story.fix is None,
}
