"""The table of a firmware case's actions, its fold, and what its fix says of versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.claims.clock_terms import DEFAULT_TERMS
from collector.claims.firmware_case import (
    ACTIONS,
    EMPTY,
    FINAL,
    STATES,
    CaseStory,
    Field,
    Fix,
    Side,
    actions_for,
    fold,
    step,
)
from collector.claims.firmware_guard import Asked, check
from collector.claims.lifecycle import Actor, LineState
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import LogEvent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = {
    Field.MISSING.value: "a transcript",
    Field.PATH.value: "firmware_fix",
    Field.REASON_CODE.value: "not_proven",
    Field.VERSION.value: "1.5",
    Field.SIDE.value: "camera",
    Field.SEEN_VERSION.value: "special",
    Field.CONTAINS.value: True,
}


def asked(story: CaseStory, action: str, actor: Actor, *, hours: int = 0) -> Asked:
    """The action with everything that it could need."""
    return Asked(
        action=action, actor=actor, reason="because", fields=FIELDS, story=story,
        camera_firmware="1.4", recorder_firmware="NVR 4", now=NOON + timedelta(hours=hours),
        terms=DEFAULT_TERMS, is_verified=True,
    )  # fmt: skip


def log_of(wishes: list[tuple[str, Actor]]) -> list[LogEvent]:
    """The log that these wishes leave: what is not allowed leaves nothing."""
    log: list[LogEvent] = []
    for hours, (name, actor) in enumerate(wishes):
        story = fold(log)
        try:
            action = check(asked(story, name, actor, hours=24 * hours))
        except IllegalMoveError:
            continue
        moved = {"from": story.state.value, "to": action.target.value} if action.target else {}
        log.append(
            LogEvent(
                seq=len(log) + 1, at=NOON + timedelta(days=hours), actor="x", role=actor.value,
                type=action.event, payload={**FIELDS, "reason": "because", **moved},
            )
        )  # fmt: skip
    return log


def test_every_state_is_reached_and_left() -> None:
    """From draft each state can be reached, and all but the last have a step, open ones a
    person's."""
    reached = {LineState.DRAFT}
    for _ in STATES:
        reached |= {a.target for a in ACTIONS if a.target and a.sources & reached}
    assert reached == STATES
    for state in STATES - FINAL:
        assert any(state in a.sources and a.target for a in ACTIONS), state
    for state in STATES - FINAL:
        people = [a for a in ACTIONS if state in a.sources and a.actors - {Actor.SYSTEM}]
        assert people, state


def test_nobody_does_what_is_another_s() -> None:
    """No integrator answers for the factory, no administrator for the collector."""
    for action in ACTIONS:
        if action.actors == {Actor.ENGINEER}:
            assert not action.allows(Actor.INTEGRATOR)
        assert action.allows(Actor.ADMIN) is bool(action.actors - {Actor.SYSTEM})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([a.name for a in ACTIONS]), st.sampled_from(Actor)), max_size=25
    )
)
def test_fold_is_incremental_and_redelivery_changes_nothing(
    wishes: list[tuple[str, Actor]],
) -> None:
    """Step by step is the whole fold; the same log twice too; what is offered may be done."""
    log = log_of(wishes)
    story = EMPTY
    for event in log:
        story = step(story, event)
    assert story == fold(log) == fold([*log, *log])
    for action in actions_for(story, Actor.ENGINEER):
        if action.reason_needed and action.name != "appeal":
            check(asked(story, action.name, Actor.ENGINEER))


def test_what_is_reported_again_has_a_new_response_clock() -> None:
    """Withdrawn and reported again: a second cycle, and the time between does not count."""
    I = Actor.INTEGRATOR  # noqa: E741  short for the list below
    story = fold(log_of([("report", I), ("withdraw", I), ("report", I)]))
    assert [cycle.because for cycle in story.line.cycles] == ["submitted", "reopened"]
    assert story.line.stopped_at is None
    assert [pause.ended_at for pause in story.line.pauses] == [NOON + timedelta(days=2)]


@pytest.mark.parametrize(
    ("version", "is_in"),
    [("1.5.0", True), ("1.6.0", True), ("1.4.9", False), ("special", None), ("", None)],
)
def test_a_fix_is_in_what_is_newer(version: str, is_in: bool | None) -> None:
    """The version itself and newer ones hold it, older ones do not, the rest is unknown until an
    engineer says; the last word holds."""
    fix = Fix(version="1.5.0", side=Side.CAMERA)
    assert fix.is_in(version) is is_in
    ruled = Fix(version="1.5.0", side=Side.CAMERA, ruled=((version, True), (version, False)))
    assert ruled.is_in(version) is False
