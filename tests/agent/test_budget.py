"""The budget: what fits, what is refused, and the day's end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.budget import Budget, Resource, Spend, allows, budget_for
from agent.probes.probe import Cost

costs = st.builds(
    Cost,
    bytes=st.integers(0, 500),
    logins=st.integers(0, 3),
    wakeups=st.integers(0, 2),
    writes=st.integers(0, 1),
)
BUDGET = Budget(bytes_per_day=1000, logins_per_day=5, wakeups_per_day=4)
DAY = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@given(st.lists(costs, max_size=40))
def test_what_is_allowed_never_exceeds_the_budget(wanted: list[Cost]) -> None:
    """Spending only what is allowed stays within every limit, and no write ever fits."""
    spend = Spend(DAY.date())
    for cost in wanted:
        if allows(BUDGET, spend, cost) is None:
            spend = spend.plus(cost)
    assert spend.bytes <= 1000
    assert spend.logins <= 5
    assert spend.wakeups <= 4
    assert spend.writes == 0


@given(costs, costs)
def test_costs_add_up(first: Cost, second: Cost) -> None:
    """Paying twice is paying the sum, in either order."""
    spend = Spend(DAY.date())
    assert spend.plus(first).plus(second) == spend.plus(first + second)
    assert first + second == second + first


def test_refusal_names_what_ran_out() -> None:
    """The refusal says which resource, how much is spent and what the limit is."""
    refusal = allows(BUDGET, Spend(DAY.date(), 0, 5), Cost(bytes=1, logins=1))
    assert refusal is not None
    assert refusal.resource is Resource.LOGINS
    assert "5" in str(refusal)


def test_new_day_brings_a_new_budget_and_a_clock_set_back_does_not() -> None:
    """Spend rolls over at UTC midnight only forwards."""
    spend = Spend(date(2026, 6, 1), 900)
    assert spend.on(DAY + timedelta(days=1)) == Spend(date(2026, 6, 2))
    assert spend.on(DAY - timedelta(days=1)) == spend


def test_battery_behind_a_plan_gets_least() -> None:
    """No default lets a metered solar camera cost more than any other."""
    least = budget_for(battery=True, metered=True)
    for battery, metered in ((True, False), (False, True), (False, False)):
        other = budget_for(battery=battery, metered=metered)
        assert least.bytes_per_day <= other.bytes_per_day
        assert least.logins_per_day <= other.logins_per_day
