"""When the clocks of a line start, stand still, go on and stop. Pure.

Source: claims and warranty, section 8 (effects) and 9. Cycles of the response clock as in Jira
Service Management; 'taken' and whatever the machine does stop nothing (Zammad #3551 stopped at an
automatic mail).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from collector.claims.lifecycle import ENDED, Actor, LineState
from collector.claims.story_parts import Cycle, LogEvent, Pause, PauseReason, Story

_ANSWERS: Final = frozenset({LineState.NEED_INFO, LineState.APPROVED, LineState.REJECTED})
_NO_MORE: Final = frozenset({LineState.WITHDRAWN, LineState.MERGED, LineState.LAPSED})
_PAUSES: Final = {
    LineState.NEED_INFO: PauseReason.NEED_INFO,
    LineState.AWAITING_RETURN: PauseReason.AWAITING_RETURN,
}
_STOPS: Final = frozenset({LineState.FULFILLED}) | ENDED
_ASKED_AGAIN: Final = {
    LineState.NEED_INFO: "answered",
    LineState.REJECTED: "appeal",
    LineState.LAPSED: "reopened",
}


def move(story: Story, *, to: LineState, event: LogEvent) -> Story:
    """Both clocks after a move; ``story`` still says where the line was."""
    if to is LineState.SUBMITTED and story.submitted_at is None:
        return replace(story, cycles=(Cycle(started_at=event.at, because="submitted"),))
    if story.submitted_at is None:
        return story
    return _resolution(_response(story, to=to, event=event), to=to, at=event.at)


def hold(story: Story, event: LogEvent) -> Story:
    """A manager holds the resolution clock; once, while it has not stopped."""
    if story.submitted_at is None or story.stopped_at is not None or story.is_held:
        return story
    note = event.payload.get("reason")
    pause = Pause(
        began_at=event.at,
        reason=PauseReason.HOLD,
        note=note if isinstance(note, str) else "",
    )
    return replace(story, pauses=(*story.pauses, pause))


def release(story: Story, event: LogEvent) -> Story:
    """The hold is over."""
    return _end(story, {PauseReason.HOLD}, event.at)


def _response(story: Story, *, to: LineState, event: LogEvent) -> Story:
    if to is LineState.IN_REVIEW and (because := _ASKED_AGAIN.get(story.state)):
        return replace(story, cycles=(*story.cycles, Cycle(started_at=event.at, because=because)))
    by_human = event.role != Actor.SYSTEM.value
    if not ((to in _ANSWERS and by_human) or to in _NO_MORE):
        return story
    *before, last = story.cycles
    if last.stopped_at is not None:
        return story
    stopped = replace(last, stopped_at=event.at, stopped_by=to.value)
    return replace(story, cycles=(*before, stopped))


def _resolution(story: Story, *, to: LineState, at: datetime) -> Story:
    if to in _STOPS:
        ended = _end(story, set(PauseReason), at)
        return replace(ended, stopped_at=ended.stopped_at or at)
    if story.stopped_at is not None:  # it was over and goes on: that time does not count
        between = Pause(began_at=story.stopped_at, ended_at=at, reason=PauseReason.STOPPED)
        story = replace(story, stopped_at=None, pauses=(*story.pauses, between))
    story = _end(story, {PauseReason.NEED_INFO, PauseReason.AWAITING_RETURN}, at)
    if reason := _PAUSES.get(to):
        return replace(story, pauses=(*story.pauses, Pause(began_at=at, reason=reason)))
    return story


def _end(story: Story, reasons: set[PauseReason], at: datetime) -> Story:
    """End what still pauses for one of these reasons."""
    return replace(
        story,
        pauses=tuple(
            replace(one, ended_at=at) if one.ended_at is None and one.reason in reasons else one
            for one in story.pauses
        ),
    )
