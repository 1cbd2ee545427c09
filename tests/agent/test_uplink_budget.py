"""The data plan: what may leave at which spend, and what waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.uplink_budget import (
    BULK,
    MB,
    DataPlan,
    Mode,
    Spent,
    may_go,
    mode_of,
    month_of,
)
from shared.frame import Lane

PLAN = DataPlan(plan_bytes=100 * MB, cap_bytes=100 * MB, begins_on=1)
FIRST = datetime(2026, 4, 1, 8, tzinfo=UTC)  # thirty days, all of them left
STORED = (Lane.FAULT, Lane.EVIDENCE, Lane.HEALTH, Lane.TELEMETRY)
ORDER = [Mode.ALL, Mode.NO_BULK, Mode.THUMBNAILS, Mode.FAULTS, Mode.FAREWELL, Mode.CLOSED]


@pytest.mark.parametrize(
    ("month_mb", "today_mb", "mode"),
    [
        pytest.param(0, 0, Mode.ALL, id="fresh"),
        pytest.param(3.1, 3.1, Mode.ALL, id="within the day's share of 3.17 MB"),
        pytest.param(3.2, 3.2, Mode.NO_BULK, id="the day's share is used"),
        pytest.param(13, 13, Mode.THUMBNAILS, id="four days' shares in one day"),
        pytest.param(71, 0, Mode.NO_BULK, id="most of the month"),
        pytest.param(86, 0, Mode.THUMBNAILS, id="nearly all of it"),
        pytest.param(96, 0, Mode.FAULTS, id="the faults' own reserve"),
        pytest.param(99.99, 0, Mode.FAREWELL, id="one more word"),
        pytest.param(100, 0, Mode.CLOSED, id="the cap"),
    ],
)
def test_modes(month_mb: float, today_mb: float, mode: Mode) -> None:
    """Each step of the degrade plan begins where it says."""
    spent = Spent(month_bytes=int(month_mb * MB), today_bytes=int(today_mb * MB))
    assert mode_of(PLAN, spent, now=FIRST) is mode


def test_without_a_plan_all_goes() -> None:
    """No plan, no limit, whatever was spent."""
    spent = Spent(month_bytes=10**12, today_bytes=10**12)
    assert mode_of(DataPlan(), spent, now=FIRST) is Mode.ALL


@given(
    spent=st.integers(0, 110 * MB),
    more=st.integers(0, 20 * MB),
    today=st.floats(0, 1),
    day=st.integers(0, 29),
)
def test_spending_more_never_lets_more_leave(spent: int, more: int, today: float, day: int) -> None:
    """The mode only tightens as the same day's spend grows, and faults go until the farewell."""
    now = FIRST + timedelta(days=day)
    today_bytes = int(spent * today)
    before = mode_of(PLAN, Spent(month_bytes=spent, today_bytes=today_bytes), now=now)
    after = mode_of(PLAN, Spent(month_bytes=spent + more, today_bytes=today_bytes + more), now=now)

    assert ORDER.index(after) >= ORDER.index(before)
    if spent < 99 * MB:
        assert may_go(before, Lane.FAULT, rank=0)


def test_each_step_sheds_and_brings_nothing_back() -> None:
    """Down the steps the set of what may leave only shrinks; faults are shed last."""
    allowed = [
        {(lane, rank) for lane in STORED for rank in (0, BULK) if may_go(mode, lane, rank=rank)}
        for mode in ORDER
    ]
    for wider, narrower in pairwise(allowed):
        assert narrower < wider
    assert (Lane.FAULT, 0) in allowed[ORDER.index(Mode.FAULTS)]


@given(
    st.integers(31 * 86_400, 130 * 365 * 86_400),
    st.integers(1, 28),
)
def test_the_month_holds_now(now_s: int, begins_on: int) -> None:
    """Every moment lies in exactly one plan month, which begins on its day."""
    now = datetime.fromtimestamp(now_s, tz=UTC)
    begin, end = month_of(now, begins_on=begins_on)

    assert begin <= now < end
    assert (begin.day, end.day) == (begins_on, begins_on)
    assert month_of(end, begins_on=begins_on)[0] == end
