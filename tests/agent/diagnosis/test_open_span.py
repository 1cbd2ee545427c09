"""Findings of fault must reach over hours where a rule says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.diagnosis.advance import advance
from agent.diagnosis.memory import FaultMemory, Step
from agent.diagnosis.rule import Finding, Persistence, Verdict
from shared.fault import FaultState
from tests.agent.diagnosis.views import NOON

SPAN = timedelta(hours=3)
HOURS = Persistence(open_span=SPAN)


def opened_after(
    verdicts: list[bool], *, minutes: float, persistence: Persistence = HOURS
) -> timedelta | None:
    """When, after the first finding, the fault opened; True is a finding of fault."""
    memory: FaultMemory | None = None
    for index, is_fault in enumerate(verdicts):
        verdict = Verdict.FAULT if is_fault else Verdict.HEALTHY
        found = Finding(code="picture.moved", verdict=verdict, summary_en="", summary_zh="")
        after = timedelta(minutes=minutes * index)
        memory, step = advance(memory, found, now=NOON + after, persistence=persistence)
        if step is Step.OPENED:
            return after
    return None


def test_a_lorry_before_the_lens_for_two_hours_opens_nothing() -> None:
    """Twelve findings in two hours, then health."""
    assert opened_after([True] * 12 + [False] * 30, minutes=10) is None


@pytest.mark.parametrize("minutes", [0.1, 1, 10, 60])
def test_what_stays_opens_when_the_span_is_over(minutes: float) -> None:
    """Whatever the pace of the visits, and the memory of it stays bounded."""
    found = opened_after([True] * int(6 * 60 / minutes), minutes=minutes)
    assert found is not None
    assert SPAN <= found <= SPAN + timedelta(minutes=max(10, 2 * minutes))


def test_now_and_then_opens_nothing() -> None:
    """One finding in three, as headlights give, is no fault however long it goes on."""
    assert opened_after([True, False, False] * 60, minutes=10) is None


def test_most_of_the_time_opens() -> None:
    """Three in five over the span are enough, as without a span."""
    assert opened_after([True, True, False, True, False] * 12, minutes=10) is not None


def test_rare_visits_open_too() -> None:
    """A battery camera that is visited twice a day has faults as well: each visit counts."""
    found = opened_after([True] * 20, minutes=12 * 60)
    assert found is not None
    assert found <= timedelta(days=4)


def test_a_clock_that_was_set_makes_no_span() -> None:
    """Three findings within minutes, and a clock set on by a day, are no three hours."""
    memory = None
    for after in (timedelta(0), timedelta(minutes=10), timedelta(days=1, minutes=20)):
        found = Finding(code="picture.moved", verdict=Verdict.FAULT, summary_en="", summary_zh="")
        memory, step = advance(memory, found, now=NOON + after, persistence=HOURS)
        assert step is Step.NONE
    assert memory is not None
    assert memory.state is FaultState.SUSPECTED


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 90))
def test_the_memory_is_bounded(verdicts: list[bool], minutes: int) -> None:
    """However long a suspicion lasts, some dozens of findings are kept."""
    memory: FaultMemory | None = None
    for index, is_fault in enumerate(verdicts):
        verdict = Verdict.FAULT if is_fault else Verdict.HEALTHY
        found = Finding(code="picture.moved", verdict=verdict, summary_en="", summary_zh="")
        now = NOON + timedelta(minutes=minutes * index)
        memory, _ = advance(memory, found, now=now, persistence=HOURS)
        assert len(memory.window) == len(memory.window_at) <= 65


@pytest.mark.parametrize("persistence", [HOURS, Persistence()], ids=["3 h", "3 of 5"])
@pytest.mark.parametrize("earlier", [1, 2, 16])
def test_a_suspicion_that_went_cold_begins_anew(persistence: Persistence, earlier: int) -> None:
    """Two months later one sight opens nothing, and what opens then began then."""
    memory: FaultMemory | None = None
    found = Finding(code="picture.moved", verdict=Verdict.FAULT, summary_en="", summary_zh="")
    for index in range(min(earlier, 2 if persistence is not HOURS else earlier)):
        now = NOON + timedelta(minutes=10 * index)
        memory, step = advance(memory, found, now=now, persistence=persistence)
        assert step is Step.NONE
    late = NOON + timedelta(days=60)
    memory, step = advance(memory, found, now=late, persistence=persistence)
    assert (step, memory.state, memory.onset_at) == (Step.NONE, FaultState.SUSPECTED, late)
    assert memory.observations == 1
    for index in range(1, 30):
        now = late + timedelta(minutes=10 * index)
        memory, _ = advance(memory, found, now=now, persistence=persistence)
    assert (memory.state, memory.onset_at) == (FaultState.OPEN, late)


def test_an_open_fault_never_goes_cold() -> None:
    """Months of silence are no recovery: one healthy sight after them clears nothing."""
    memory: FaultMemory | None = None
    for day in (0, 1, 2, 60):
        found = Finding(
            code="picture.moved",
            verdict=Verdict.HEALTHY if day == 60 else Verdict.FAULT,
            summary_en="",
            summary_zh="",
        )
        at = NOON + timedelta(days=day)
        memory, _ = advance(memory, found, now=at, persistence=Persistence())
    assert memory is not None
    assert memory.state is FaultState.OPEN


@pytest.mark.parametrize("hours", [25, 26.4, 47])
def test_daily_visits_open_within_ten_days(hours: float) -> None:
    """A battery's camera that is seen once a day, late and later, has faults as well."""
    found = opened_after([True] * 20, minutes=60 * hours)
    assert found is not None
    assert found <= timedelta(days=14)


def test_a_long_span_remembers_longer() -> None:
    """Four spans, where that is more than two days."""
    assert Persistence(open_span=timedelta(hours=20)).forgotten_after == timedelta(hours=80)
    assert HOURS.forgotten_after == timedelta(days=2)


def test_less_than_nothing_is_refused() -> None:
    """A span below zero is no span."""
    with pytest.raises(ValueError, match="span"):
        Persistence(open_span=-SPAN)
