"""What the log of one claim line says: its state, its clocks' facts, its answers. Pure.

The log is the truth. Everything that stands elsewhere (columns of ``claim_line``, snapshots of
clocks, dashboards) is a projection of this fold and can be made again from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Final

from collector.claims import no_fault, story_clock, story_return
from collector.claims.lifecycle import ENDED, Actor, LineState
from collector.claims.story_parts import Cycle, LogEvent, Pause, PauseReason, Story

__all__ = ["Cycle", "LogEvent", "Pause", "PauseReason", "Story", "fold", "read_payload", "step"]

EMPTY: Final = Story()
SAID_AT: Final = "said_at"
"""In the payload of a step that another collector's people took: when, by that one's clock."""
_ASKERS: Final = frozenset({Actor.INTEGRATOR.value, Actor.DISTRIBUTOR.value})
_STATES: Final = {state.value: state for state in LineState}


def fold(events: Iterable[LogEvent]) -> Story:
    """What the whole log says."""
    return reduce(step, events, EMPTY)


def step(story: Story, event: LogEvent) -> Story:
    """The story after one more event; one that is known already changes nothing."""
    if event.seq <= story.last_seq:
        return story
    take = _TAKES.get(event.type)
    told = take(story, event) if take else story
    if event.type in _TIMED and told is not story:
        told = replace(told, timed_at=taken_at(story, event))
    if LineState.NEED_INFO is story.state is told.state and event.role in _ASKERS:
        told = replace(told, heard_at=event.at, reminders=0)
    return replace(told, last_seq=event.seq)


def read_payload(text: str) -> Mapping[str, object]:
    """What an event carries, by name; {} when it is no object."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def taken_at(story: Story, event: LogEvent) -> datetime:
    """When a step was taken, for the clocks: they measure the factory, not the way of its answer.

    The log's own time is that of arrival. What a factory's collector says of its own step counts
    as far as it can be true: not before the submission or the step before it, not after arrival.
    A buyer's collector is believed nothing: no clock of the factory starts before it could know.
    """
    said = moment_of(event.payload.get(SAID_AT)) if event.role == Actor.ENGINEER.value else None
    if said is None:
        return event.at
    earliest = max(filter(None, (story.submitted_at, story.timed_at)), default=said)
    return min(max(said, earliest), event.at)


def moment_of(said: object) -> datetime | None:
    """A moment as an event carries it; None for whatever is none."""
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _opened(story: Story, event: LogEvent) -> Story:
    if story.opened_at is not None:
        return story
    return replace(story, opened_at=event.at, moved_at=event.at)


def _moved(story: Story, event: LogEvent) -> Story:
    to = _STATES.get(_text(event, "to"))
    if to is None:
        return story  # written by a newer version: what that state means is not known here
    taken = replace(event, at=taken_at(story, event))
    clocked = story_clock.move(story, to=to, event=taken)
    answered = no_fault.moved(story_return.owe(story, _answers(clocked, taken), taken), taken)
    told = _moments(answered, was=story.state, to=to, event=taken)
    first_end = story.closed_at if story.state in ENDED else None
    closed_at = (first_end or event.at) if to in ENDED else None
    return replace(told, state=to, moved_at=event.at, closed_at=closed_at)


def _moments(story: Story, *, was: LineState, to: LineState, event: LogEvent) -> Story:
    """When it first or last came there, and what begins anew with it."""
    at = event.at
    match to:
        case LineState.SUBMITTED:
            return replace(story, submitted_at=story.submitted_at or at)
        case LineState.APPROVED:
            return replace(story, approved_at=story.approved_at or at)
        case LineState.FULFILLED:
            return replace(story, fulfilled_at=at)
        case LineState.RESOLVED:
            probed = event.payload.get("verified_by_probe") is True
            return replace(story, resolved_at=at, verified_by_probe=probed)
        case LineState.NEED_INFO:
            return replace(story, reminders=0, reminded_at=None, heard_at=None)
    return _judged(story, was=was, to=to, event=event)


def _judged(story: Story, *, was: LineState, to: LineState, event: LogEvent) -> Story:
    if to is LineState.REJECTED:
        return replace(story, rejected_at=event.at)
    if was is LineState.REJECTED and to is LineState.IN_REVIEW:
        return replace(story, appeal_used=True)
    return story


def _answers(story: Story, event: LogEvent) -> Story:
    """The fields of an action; what it does not name stays as it was."""
    rma = _text(event, "rma_number")
    into = event.payload.get("into")
    sent, last = _text(event, "new_serial"), story.replacement_serial
    return replace(
        story,
        path=_text(event, "path") or story.path,
        path_said="" if _text(event, "path") else story.path_said,
        origin=_text(event, "origin") or story.origin,
        reject_code=_text(event, "reason_code") or story.reject_code,
        rma_number=rma or story.rma_number,
        rma_at=event.at if rma and rma != story.rma_number else story.rma_at,
        named_gaps=_texts(event, "missing") or story.named_gaps,
        bench=_text(event, "bench") or story.bench,
        received_serial=_text(event, "scanned_serial") or story.received_serial,
        replacement_serial=sent or last,
        sent_before=last if sent and sent != last else story.sent_before,
        tracking=_text(event, "tracking") or story.tracking,
        carrier=_text(event, "carrier") or story.carrier,
        credit_note=_text(event, "credit_note") or story.credit_note,
        fixed_version=_text(event, "firmware_version") or story.fixed_version,
        ship_to=_text(event, "ship_to") or story.ship_to,
        counter=_text(event, "counter") or story.counter,
        repair_partner=_text(event, "repair_partner") or story.repair_partner,
        merged_into=into if isinstance(into, int) else story.merged_into,
    )


def _path_said(story: Story, event: LogEvent) -> Story:
    said = event.type.removeprefix("path_")
    return replace(story, path_said=said, counter=_text(event, "counter") or story.counter)


def _path_offered(story: Story, event: LogEvent) -> Story:
    """The factory's answer to a counter: another path or the same again; the buyer speaks anew."""
    return replace(
        story,
        path=_text(event, "path") or story.path,
        path_said="",
        repair_partner=_text(event, "repair_partner") or story.repair_partner,
    )


def _corrected(story: Story, event: LogEvent) -> Story:
    """What was typed is as it should have been; when it was said, and what for, stays."""
    take, said = _CORRECTS.get(_text(event, "field")), _text(event, "new")
    return take(story, said) if take and said else story


def _ship_to(story: Story, event: LogEvent) -> Story:
    return replace(story, ship_to=_text(event, "ship_to") or story.ship_to)


def _reminded(story: Story, event: LogEvent) -> Story:
    if story.state is not LineState.NEED_INFO:
        return story
    return replace(story, reminders=story.reminders + 1, reminded_at=event.at)


def _arrived(story: Story, event: LogEvent) -> Story:
    """Evidence is a sign of life too, whoever brought it: an agent speaks through the system."""
    if story.state is LineState.NEED_INFO:
        return replace(story, evidence_at=event.at, heard_at=event.at, reminders=0)
    return replace(story, evidence_at=event.at)


def _origin(story: Story, event: LogEvent) -> Story:
    return replace(story, origin=_text(event, "origin") or story.origin)


def _frozen(story: Story, event: LogEvent) -> Story:
    return replace(story, frozen_by=_text(event, "by") or _text(event, "reason") or event.type)


def _thawed(story: Story, event: LogEvent) -> Story:
    by_hand = event.role != Actor.SYSTEM.value
    return replace(
        story,
        frozen_by="",
        corrected=story.corrected | {story.frozen_by} if by_hand else story.corrected,
    )


def _repeats(story: Story, event: LogEvent) -> Story:
    of = event.payload.get("repeat_of")
    return replace(story, repeat_of=of) if isinstance(of, int) else story


def _shared(story: Story, event: LogEvent) -> Story:
    return replace(story, shared_sha256=_text(event, "sha256") or story.shared_sha256)


def _text(event: LogEvent, key: str) -> str:
    said = event.payload.get(key)
    return said.strip() if isinstance(said, str) else ""


def _texts(event: LogEvent, key: str) -> tuple[str, ...]:
    said = event.payload.get(key)
    return tuple(str(one) for one in said if one) if isinstance(said, list | tuple) else ()


_CORRECTS: Final[Mapping[str, Callable[[Story, str], Story]]] = {
    "rma_number": lambda story, said: replace(story, rma_number=said),
    "tracking": lambda story, said: replace(story, tracking=said),
    "carrier": lambda story, said: replace(story, carrier=said),
    "credit_note": lambda story, said: replace(story, credit_note=said),
    "new_serial": lambda story, said: replace(story, replacement_serial=said),
}
_TAKES: Final[Mapping[str, Callable[[Story, LogEvent], Story]]] = {
    "opened": _opened,
    "moved": _moved,
    "held": story_clock.hold,
    "released": story_clock.release,
    "reminded": _reminded,
    "evidence_arrived": _arrived,
    "proof_added": _arrived,
    "file_added": _arrived,
    "finding_added": _arrived,
    "path_accepted": _path_said,
    "path_countered": _path_said,
    "path_offered": _path_offered,
    "ship_to_confirmed": _ship_to,
    "corrected": _corrected,
    "origin_decided": _origin,
    "frozen": _frozen,
    "thawed": _thawed,
    "repeat_linked": _repeats,
    "shared": _shared,
    no_fault.JUDGED: no_fault.judged,
    no_fault.FEE_WAIVED: no_fault.fee_waived,
    story_return.RETURNED: story_return.returned,
    story_return.WAIVED: story_return.waived,
    story_return.REMINDED: story_return.reminded,
}
"""Every other type is told on the page and changes nothing here."""
_TIMED: Final = frozenset({"moved", "held", "released"})
PROJECTED: Final = frozenset(
    {
        "moved",
        "origin_decided",
        "path_accepted",
        "path_countered",
        "path_offered",
        "corrected",
        "frozen",
        "thawed",
        "repeat_linked",
        story_return.RETURNED,
        story_return.WAIVED,
    },
)
"""Types after which the columns of the line may say something else."""
