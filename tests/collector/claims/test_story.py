"""The fold of a line's log: what it says, and that nothing else can be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.claims.lifecycle import ENDED, LineState
from collector.claims.story import EMPTY, LogEvent, PauseReason, Story, fold, step
from tests.collector.claims.logs import BEGIN, logs

DAY = timedelta(days=1)


def told(*steps: tuple[str, dict[str, object]], role: str = "factory_engineer") -> Story:
    """A log with one step a day."""
    return fold(
        LogEvent(seq=n, at=BEGIN + n * DAY, actor="x", role=role, type=kind, payload=payload)
        for n, (kind, payload) in enumerate(steps, start=1)
    )


def to(state: str, **fields: object) -> tuple[str, dict[str, object]]:
    """A move."""
    return "moved", {"to": state, **fields}


@settings(max_examples=80)
@given(log=logs())
def test_state_is_where_the_last_move_led(log: tuple[LogEvent, ...]) -> None:
    """And it is closed exactly while that is an end; the clock of the resolution agrees."""
    story = fold(log)
    moves = [e.payload["to"] for e in log if e.type == "moved"]
    assert story.state.value == (moves[-1] if moves else "draft")
    assert (story.closed_at is not None) == (story.state in ENDED)
    assert story.last_seq == log[-1].seq
    if story.submitted_at is not None:
        over = story.state in ENDED or story.state is LineState.FULFILLED
        assert (story.stopped_at is not None) == over


@settings(max_examples=80)
@given(log=logs(), again=st.lists(st.integers(0, 24), max_size=6))
def test_redelivery_changes_nothing(log: tuple[LogEvent, ...], again: list[int]) -> None:
    """An event that was told already, in whatever order, leaves the story as it is."""
    story = fold(log)
    for index in again:
        assert step(story, log[index % len(log)]) == story


@settings(max_examples=80)
@given(log=logs(), at=st.integers(0, 25))
def test_fold_goes_on_where_it_was(log: tuple[LogEvent, ...], at: int) -> None:
    """The story of a part, gone on with, is the story of the whole."""
    story = fold(log[:at])
    for event in log[at:]:
        story = step(story, event)
    assert story == fold(log)


@settings(max_examples=80)
@given(log=logs())
def test_pauses_lie_in_order_within_the_clock(log: tuple[LogEvent, ...]) -> None:
    """No pause before the submission, none that ends before it began, one open of a reason."""
    story = fold(log)
    for pause in story.pauses:
        assert story.submitted_at is not None
        assert pause.began_at >= story.submitted_at
        assert pause.ended_at is None or pause.ended_at >= pause.began_at
    still = [pause.reason for pause in story.pauses if pause.ended_at is None]
    assert len(still) == len(set(still))
    running = [cycle for cycle in story.cycles if cycle.stopped_at is None]
    assert running in ([], [story.cycles[-1]]) if story.cycles else running == []


def test_two_pauses_are_both_there() -> None:
    """The second does not forget the first (ERPNext did)."""
    story = told(
        to("ready"), to("submitted"), to("in_review"),
        to("need_info", missing=["clip"]), to("in_review"),
        to("approved", path="replace_unit"), to("awaiting_return"), to("received"),
    )  # fmt: skip
    assert [(p.reason, p.ended_at) for p in story.pauses] == [
        (PauseReason.NEED_INFO, BEGIN + 5 * DAY),
        (PauseReason.AWAITING_RETURN, BEGIN + 8 * DAY),
    ]
    assert story.named_gaps == ("clip",)


def test_taken_is_no_answer_and_neither_is_the_machine() -> None:
    """The response clock runs until a person of the factory asks, approves or rejects."""
    taken = told(to("ready"), to("submitted"), to("in_review"))
    (cycle,) = taken.cycles
    assert cycle.stopped_at is None
    asked = LogEvent(
        seq=9,
        at=BEGIN + 9 * DAY,
        actor="c",
        role="system",
        type="moved",
        payload={"to": "need_info"},
    )
    assert step(taken, asked).cycles == (cycle,)
    assert step(taken, replace(asked, role="factory_engineer")).cycles[0].stopped_by == "need_info"


def test_each_question_begins_a_cycle() -> None:
    """What comes back from the asker is to be answered again, within its own 48 hours."""
    story = told(
        to("ready"), to("submitted"), to("need_info", missing=["clip"]), to("in_review"),
        to("rejected", reason_code="other"), to("in_review"),
    )  # fmt: skip
    assert [cycle.because for cycle in story.cycles] == ["submitted", "answered", "appeal"]
    assert story.appeal_used
    assert story.stopped_at is None
    assert story.pauses[-1].reason is PauseReason.STOPPED


def test_a_hold_is_one_and_ends() -> None:
    """A second hold adds nothing; before the submission there is nothing to hold."""
    story = told(("held", {"reason": "x"}), to("ready"), to("submitted"), ("held", {"reason": "y"}))
    assert [p.note for p in story.pauses] == ["y"]
    again = LogEvent(seq=8, at=BEGIN + 8 * DAY, actor="x", role="admin", type="held", payload={})
    assert len(step(story, again).pauses) == 1
    over = step(story, replace(again, type="released"))
    assert over.pauses[0].ended_at == BEGIN + 8 * DAY


def test_silence_is_broken_by_the_asker_only() -> None:
    """Reminders count anew after a word of the integrator; an engineer's note is none."""
    asked = told(to("ready"), to("submitted"), to("need_info", missing=["clip"]), ("reminded", {}))
    assert asked.reminders == 1
    note = LogEvent(
        seq=9, at=BEGIN + 9 * DAY, actor="x", role="factory_engineer", type="checked", payload={}
    )
    assert step(asked, note).reminders == 1
    assert step(asked, replace(note, role="integrator")).reminders == 0


def test_unknown_words_are_left_alone() -> None:
    """A state or a type of a newer version changes nothing but the place in the log."""
    story = told(("opened", {}), to("teleported"), ("future", {"x": 1}))
    assert replace(story, last_seq=0, opened_at=None, moved_at=None) == EMPTY
