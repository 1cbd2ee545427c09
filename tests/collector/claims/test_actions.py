"""Actions as data: every step of people has one, forms ask what the guards ask, nothing stray."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims import action_fields, correction
from collector.claims.action_words import FIELD_WORDS
from collector.claims.actions import ACTIONS, BY_ID, offered
from collector.claims.answer import PATHS, Path
from collector.claims.lifecycle import MOVES, Actor, LineState
from collector.claims.origin.kinds import Origin
from collector.claims.refusal import IllegalMoveError
from collector.claims.rma import suggest_rma
from collector.claims.story import fold, step
from collector.claims.story_parts import CORRECTABLE, LogEvent, Story
from collector.claims.suggest_path import suggest_path
from collector.web.voice import load_texts
from tests.collector.claims.logs import logs

NOW = datetime(2026, 3, 1, tzinfo=UTC)
VALID = timedelta(days=90)


def test_every_step_of_people_is_one_action() -> None:
    """A row that people may take has exactly one action, a row of the machine has none."""
    people = sorted(m.number for m in MOVES if m.actors != {Actor.SYSTEM})
    assert sorted(action.rule for action in ACTIONS if action.rule) == people
    assert len(BY_ID) == len(ACTIONS)


@given(logs(), st.sampled_from(list(Actor)))
def test_what_is_offered_is_allowed(log: tuple[LogEvent, ...], actor: Actor) -> None:
    """No page offers a step that the table refuses this actor, and nobody is offered what only
    the machine does."""
    story = fold(log)
    for action in offered(story, actor):
        assert action.allows(actor)
        assert action.move is None or story.state in action.move.sources
        assert actor is not Actor.SYSTEM or action.move


def test_every_action_is_told_in_both_languages() -> None:
    """Titles, explanations, fields and choices have words."""
    for language in ("en", "zh"):
        texts = load_texts(language)
        for action in ACTIONS:
            assert texts[f"action.{action.id}"]
            assert texts[f"action.{action.id}.text"]
            for one in action.fields:
                assert texts[f"field.{one.name}"]
                assert one.name in FIELD_WORDS, "refusals name it"
                assert all(f"{one.family}.{value}" in texts for value in one.options)


def test_fulfilment_asks_by_path() -> None:
    """A credit needs its note, a replacement serial and tracking number, guidance only words."""
    fulfil = BY_ID["fulfil"]
    asked = {
        path: {one.name for one in fulfil.fields_for(PATHS[path.value]) if one.needed}
        for path in Path
    }
    assert asked[Path.CREDIT] == {"credit_note"}
    assert asked[Path.REPLACE_UNIT] == {"new_serial", "tracking"}
    assert asked[Path.PARTS] == {"tracking"}
    assert asked[Path.FIRMWARE_FIX] == {"firmware_version"}
    assert asked[Path.GUIDANCE] == set()


@pytest.mark.parametrize(
    ("action", "given_fields", "code"),
    [
        pytest.param("approve", {"price": "3"}, "stray_field", id="unknown field"),
        pytest.param("approve", {"path": "holiday"}, "wrong_choice", id="unknown path"),
        pytest.param("ask", {}, "missing_field", id="names nothing"),
        pytest.param("ask", {"missing": ["../x"]}, "wrong_choice", id="no name of an item"),
        pytest.param("approve", {"rma_number": "R" * 65}, "too_long", id="longer than the column"),
        pytest.param("approve", {"path": {"a": 1}}, "wrong_field", id="an object"),
    ],
)
def test_fields_are_closed(action: str, given_fields: dict[str, object], code: str) -> None:
    """What an action does not know, or cannot take, is refused by name in both languages."""
    with pytest.raises(IllegalMoveError) as refused:
        action_fields.read(BY_ID[action], given_fields, path="")
    assert refused.value.refusal.code == code
    assert refused.value.line("zh") != refused.value.line("en")


def test_rma_number_is_of_the_case() -> None:
    """Lines of a case share a number while it is valid; an old one is followed by another."""

    def suggested(kept: str, age: timedelta) -> str:
        return suggest_rma("PC-2026-000123", kept=kept, kept_at=NOW - age, valid=VALID, now=NOW)

    assert suggested("", timedelta(0)) == "RMA-2026-000123"
    assert suggested("RMA-2026-000123", VALID) == "RMA-2026-000123"
    assert suggested("RMA-2026-000123", 2 * VALID) == "RMA-2026-000123-2"
    assert suggested("RMA-2026-000123-2", 2 * VALID) == "RMA-2026-000123-3"
    assert suggested("SL/77", timedelta(1)) == "SL/77"


@pytest.mark.parametrize(
    ("component", "origin", "arrived", "path"),
    [
        ("IR-CUT", Origin.FACTORY, False, Path.PARTS),
        ("IR-CUT", Origin.FACTORY, True, Path.ADVANCE_REPLACE),
        ("sensor", Origin.FACTORY, False, Path.REPLACE_UNIT),
        ("sensor", Origin.USER, True, Path.RETURN_REPAIR),
        ("mainboard", Origin.FIRMWARE, False, Path.FIRMWARE_FIX),
        ("modem", Origin.OPERATOR, False, Path.GUIDANCE),
    ],
)
def test_a_path_is_suggested(component: str, origin: Origin, arrived: bool, path: Path) -> None:
    """By the part, the origin, and whether it came broken."""
    made = suggest_path(component=component, origin=origin, is_on_arrival=arrived, subject="unit")
    assert made.path is path


def _told(story: Story, type_: str, role: str, **payload: object) -> Story:
    return step(
        story,
        LogEvent(seq=story.last_seq + 1, at=NOW, actor="x", role=role, type=type_, payload=payload),
    )


def test_a_counter_is_answered() -> None:
    """What the buyer countered can be offered anew, by another path or the same; then they speak
    again."""
    story = Story(state=LineState.APPROVED, path="replace_unit")
    countered = _told(story, "path_countered", "integrator", counter="credit")
    assert "counter_path" not in {one.id for one in offered(countered, Actor.INTEGRATOR)}
    back = replace(countered, state=LineState.RECEIVED)
    assert "offer_path" in {one.id for one in offered(back, Actor.ENGINEER)}
    again = _told(countered, "path_offered", "factory_engineer", path="credit")
    assert (again.path, again.path_said) == ("credit", "")
    assert "accept_path" in {one.id for one in offered(again, Actor.INTEGRATOR)}
    assert "accept_path" not in {one.id for one in offered(again, Actor.ENGINEER)}


def test_a_correction_is_remembered() -> None:
    """What an engineer thawed is known as cleared up; what the machine thawed is not."""
    frozen = _told(Story(), "frozen", "system", by="duplicate_serial")
    assert _told(frozen, "thawed", "system").corrected == frozenset()
    assert _told(frozen, "thawed", "factory_engineer").corrected == {"duplicate_serial"}


@pytest.mark.parametrize("field", CORRECTABLE)
def test_what_can_be_corrected_is_what_the_log_tells(field: str) -> None:
    """Every field of the form has its own limits and its place in the story; what a correction
    cannot name changes nothing."""
    typed = _told(Story(), "moved", "factory_engineer", to="fulfilled", **{field: "A-1"})
    right = _told(typed, "corrected", "factory_engineer", field=field, old="A-1", new="A-2")
    assert (typed.typed[field], right.typed[field]) == ("A-1", "A-2")
    assert correction.FIELDS[field] in (*BY_ID["fulfil"].fields, *BY_ID["approve"].fields)
    stray = _told(right, "corrected", "factory_engineer", field="state", old="", new="closed")
    assert stray == replace(right, last_seq=stray.last_seq)
