"""Both clocks: agreed numbers, the rules by hand, and the algebra of pauses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.claims.clock_terms import ClockTerms
from collector.claims.clocks import Resolution, resolution, response
from collector.claims.story import Cycle, LogEvent, Pause, PauseReason, Story, fold
from collector.claims.workdays import MondayToFriday
from collector.factory_calendar import calendar_of
from tests.collector.claims.logs import logs

TERMS = ClockTerms()
CN = calendar_of(TERMS)
VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "claims-and-statistics.json"


def at(text: str) -> datetime:
    """A moment as the vectors write it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def submitted(moment: str, *pauses: tuple[str, str]) -> Story:
    """A story that was submitted then, with these pauses."""
    return Story(
        submitted_at=at(moment),
        cycles=(Cycle(started_at=at(moment), because="submitted"),),
        pauses=tuple(
            Pause(began_at=at(a), ended_at=at(b), reason=PauseReason.NEED_INFO) for a, b in pauses
        ),
    )


def clock(story: Story, now: str, terms: ClockTerms = TERMS) -> Resolution:
    """The resolution clock at a moment."""
    found = resolution(story, terms=terms, days=calendar_of(terms), now=at(now))
    assert found is not None
    return found


def rows() -> list[Any]:
    """The agreed numbers; none where the reference material is not beside the repository."""
    if not VECTORS.exists():
        return []
    return list(json.loads(VECTORS.read_text("utf-8"))["sla_cn"])


@pytest.mark.skipif(not VECTORS.exists(), reason="the reference material is not here")
def test_agreed_numbers() -> None:
    """Every row of the shared vectors: due day and whether it is provisional."""
    assert rows()
    for row in rows():
        story = submitted(row["submitted"], *map(tuple, row["pauses"]))
        found = clock(story, "2027-06-01T00:00+08:00")
        assert found.due_on.isoformat() == row["due"], row
        assert found.is_provisional is row.get("provisional", False), row


def test_hand_count() -> None:
    """2026-02-06: 5 + 1 (Sat 02-14) + 4 + 1 (Sat 02-28) + 5 + 5 + 5 + 4 working days."""
    found = clock(submitted("2026-02-06T10:00+08:00"), "2026-02-14T18:00+08:00")
    assert (found.due_on, found.elapsed_days, found.remaining_days) == (date(2026, 3, 26), 6, 24)
    assert found.due_at == at("2026-03-27T00:00+08:00")
    assert clock(submitted("2026-02-06T10:00+08:00"), "2026-02-14T17:59+08:00").elapsed_days == 5


def test_evening_in_europe_is_the_next_day_in_china() -> None:
    """23:30 UTC is not counted as the day before: the factory's date is that of the next day."""
    late = submitted("2026-02-05T23:30+00:00")
    assert clock(late, "2026-06-01T00:00+08:00").due_on == date(2026, 3, 26)


def test_paused_clock_breaches_nothing() -> None:
    """While it stands still the due day moves on, the reason is told, and nothing is forecast."""
    story = replace(
        submitted("2026-02-06T10:00+08:00"),
        pauses=(
            Pause(began_at=at("2026-03-02T09:00+08:00"), reason=PauseReason.HOLD, note="mould"),
        ),
    )
    found = clock(story, "2026-03-04T20:00+08:00")
    assert found.pause is not None
    assert found.pause.note == "mould"
    assert (found.paused_days, found.breaches_at) == (3, None)
    assert found.due_on == date(2026, 3, 31)
    running = clock(replace(story, pauses=()), "2026-03-04T20:00+08:00")
    assert running.breaches_at == running.due_at == at("2026-03-27T00:00+08:00")


def test_last_day_is_inside() -> None:
    """Fulfilled in the last hour of the due day is in time, a second after midnight is late."""
    story = submitted("2026-02-06T10:00+08:00")
    inside = replace(story, stopped_at=at("2026-03-26T23:59:59+08:00"))
    late = replace(story, stopped_at=at("2026-03-27T00:00:01+08:00"))
    assert not clock(inside, "2026-06-01T00:00+08:00").is_breached
    assert clock(late, "2026-06-01T00:00+08:00").is_breached
    assert clock(inside, "2026-06-01T00:00+08:00").breaches_at is None


def test_48_hours_are_elapsed_hours() -> None:
    """Over the end of daylight saving: 2026-10-24 12:00 in Berlin is due at 11:00 two days on."""
    story = submitted("2026-10-24T12:00+02:00")
    (cycle,) = response(story, terms=TERMS, days=CN, now=at("2026-10-26T10:00+01:00"))
    assert cycle.due_at == at("2026-10-26T11:00+01:00")
    assert (cycle.remaining, cycle.is_breached) == (timedelta(hours=1), False)


def test_response_in_working_hours_is_an_option() -> None:
    """From Friday noon, 48 hours of working days end on Tuesday noon."""
    terms = ClockTerms(response_working=True)
    story = submitted("2026-03-06T12:00+08:00")
    (cycle,) = response(story, terms=terms, days=CN, now=at("2026-03-06T13:00+08:00"))
    assert cycle.due_at == at("2026-03-10T12:00+08:00")


def test_resolution_may_begin_with_the_approval() -> None:
    """A setting of the factory: before the approval there is no clock."""
    terms = ClockTerms(resolution_from="approval")
    story = submitted("2026-02-06T10:00+08:00")
    assert resolution(story, terms=terms, days=CN, now=at("2026-02-09T10:00+08:00")) is None
    later = replace(story, approved_at=at("2026-03-06T10:00+08:00"))
    assert clock(later, "2026-03-09T19:00+08:00", terms).elapsed_days == 1


def test_year_without_announcement() -> None:
    """China's make-up days of the year after the library's last are not known; the policy may
    know them, and Germany needs none."""
    last = max(y for y in range(2020, 2040) if CN.is_announced(y))
    assert not CN.is_announced(last + 1)
    told = ClockTerms(announced=frozenset({last + 1}), workdays=frozenset({date(last + 1, 2, 6)}))
    assert calendar_of(told).is_announced(last + 1)
    assert calendar_of(told).is_working(date(last + 1, 2, 6))
    assert calendar_of(told).version != CN.version
    assert calendar_of(ClockTerms(country="DE")).is_announced(2039)


def test_factory_has_its_own_days() -> None:
    """A day off of the policy moves the due day by one."""
    usual = clock(submitted("2025-09-15T10:00+08:00"), "2026-06-01T00:00+08:00")
    terms = ClockTerms(holidays=frozenset({date(2025, 9, 22)}))
    own = clock(submitted("2025-09-15T10:00+08:00"), "2026-06-01T00:00+08:00", terms)
    assert (usual.due_on, own.due_on) == (date(2025, 10, 31), date(2025, 11, 3))


@settings(max_examples=50)
@given(
    spans=st.lists(st.tuples(st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 9)), max_size=5)
)
def test_every_paused_working_day_is_given_back(spans: list[tuple[int, int]]) -> None:
    """However many pauses: counted and paused days are all working days until the due day."""
    begin = at("2026-03-02T10:00+08:00")
    story = replace(
        submitted("2026-03-02T10:00+08:00"),
        pauses=tuple(
            Pause(
                began_at=begin + timedelta(minutes=a),
                ended_at=begin + timedelta(minutes=a + b),
                reason=PauseReason.NEED_INFO,
            )
            for a, b in spans
        ),
    )
    far = clock(story, "2026-12-31T00:00+08:00")
    at_due = clock(story, f"{far.due_on}T18:00+08:00")
    assert at_due.due_on == far.due_on
    assert at_due.elapsed_days == TERMS.resolution_days
    assert not at_due.is_breached
    day, working = date(2026, 3, 3), 0
    while day <= far.due_on:
        working += CN.is_working(day)
        day += timedelta(days=1)
    assert at_due.elapsed_days + at_due.paused_days == working


@settings(max_examples=50)
@given(log=logs(), later=st.integers(0, 60 * 24 * 30))
def test_clocks_are_functions_of_the_log(log: tuple[LogEvent, ...], later: int) -> None:
    """For any log: what has stopped stays as it was, and a running clock never runs backwards."""
    story, now = fold(log), log[-1].at
    days = MondayToFriday()
    before = resolution(story, terms=TERMS, days=days, now=now)
    after = resolution(story, terms=TERMS, days=days, now=now + timedelta(minutes=later))
    if before is None or after is None:
        assert story.submitted_at is None
        return
    if story.stopped_at is not None:
        assert before == after
    assert after.elapsed_days >= before.elapsed_days
    assert after.due_at >= before.due_at
    for cycle in response(story, terms=TERMS, days=days, now=now):
        assert cycle.due_at - cycle.started_at == TERMS.response
        assert cycle.elapsed + cycle.remaining == TERMS.response
