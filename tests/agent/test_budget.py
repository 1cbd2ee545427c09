"""The budget: what fits, what is refused, and the day's end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.budget import Budget, Resource, Spend, allows
from agent.budget_words import spent_in_chinese
from agent.camera.transcript import MIDWAY
from agent.charge import CELLULAR, Draw
from agent.probes.probe import Cost
from agent.topology import BUDGETS, NAMES, Topology, topology_of

costs = st.builds(
    Cost,
    bytes=st.integers(0, 500),
    logins=st.integers(0, 3),
    wakeups=st.integers(0, 2),
    writes=st.integers(0, 1),
    requests=st.integers(0, 5),
    awake_ms=st.integers(0, 20_000),
)
BUDGET = Budget(
    bytes_per_day=1000,
    logins_per_day=5,
    wakeups_per_day=4,
    requests_per_day=12,
    mah_per_day=6,
    draw=CELLULAR,
)
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
    assert spend.requests <= 12
    assert spend.mah(BUDGET.draw) <= 6


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
    least = BUDGETS[Topology.BATTERY_METERED]
    for topology, other in BUDGETS.items():
        assert least.bytes_per_day <= other.bytes_per_day
        assert least.requests_per_day <= other.requests_per_day
        assert least.logins_per_day <= other.logins_per_day
        assert least.wakeups_per_day <= other.wakeups_per_day
        assert other.writes_per_day == 0, topology
    assert set(BUDGETS) == set(NAMES) == set(Topology)


def test_only_a_battery_has_a_charge_to_spare() -> None:
    """On the mains the charge is no matter; on a battery it has a draw and a limit."""
    for topology, budget in BUDGETS.items():
        on_battery = topology in (Topology.BATTERY, Topology.BATTERY_METERED)
        assert (budget.draw is not None) is on_battery
        assert (budget.mah_per_day > 0) is on_battery


def test_what_costs_most_decides_the_topology() -> None:
    """A battery stands above a data plan, and that above the way that others share."""
    assert topology_of(battery=True, metered=True, hub=True) is Topology.BATTERY_METERED
    assert topology_of(battery=True, metered=False, channel=True) is Topology.BATTERY
    assert topology_of(battery=False, metered=True, hub=True) is Topology.METERED
    assert topology_of(battery=False, metered=False, hub=True) is Topology.HUB
    assert topology_of(battery=False, metered=False, channel=True) is Topology.CHANNEL
    assert topology_of(battery=False, metered=False) is Topology.LAN


def test_the_charge_is_current_times_seconds_awake() -> None:
    """620 mA for 8 s of visit and 10 s of waking are 3.1 mAh: by hand, 620 x 18 / 3600."""
    draw = Draw(awake_ma=620, wake_s=10)
    assert draw.mah(awake_ms=8000, wakeups=1) == pytest.approx(3.1)
    assert draw.seconds_for(3.1) == pytest.approx(18)


def test_a_refused_charge_says_so_in_both_languages() -> None:
    """The figures of a refusal for charge are mAh to a tenth, in either language."""
    spend = Spend(DAY.date(), awake_ms=30_000)
    refusal = allows(BUDGET, spend, Cost(bytes=0, awake_ms=10_000))
    assert refusal is not None
    assert str(refusal) == ("the day's budget of mAh is 6, 5.2 are spent and this would take 1.7")
    assert refusal.both().zh == "当日电量（毫安时）预算为 6，已用 5.2，此操作还需 1.7"
    assert spent_in_chinese(str(refusal)) == refusal.both().zh


@pytest.mark.parametrize("resource", Resource)
def test_what_was_cut_off_is_told_in_chinese(resource: Resource) -> None:
    """A probe that was stopped in the middle names what ran out, in Chinese too."""
    told = spent_in_chinese(MIDWAY.format(resource.value))
    assert "当日" in told
    assert "预算在检测途中用完" in told
    assert spent_in_chinese("errno 111") == "errno 111"
