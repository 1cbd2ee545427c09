"""The uplink's account: counted once, kept over restarts, told before it falls silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.delivery import receipts
from agent.delivery.database import Database
from agent.delivery.link import Carried
from agent.delivery.uplink import Uplink
from agent.uplink_budget import MB, DataPlan, Mode
from shared.receipt import Receipt
from tests.agent.delivery.conftest import NOON

PLAN = DataPlan(plan_bytes=10 * MB, cap_bytes=10 * MB)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def carried(count: int) -> Carried:
    """A count by the kernel."""
    return Carried(bytes=count, is_measured=True)


def test_each_byte_counts_once(database: Database) -> None:
    """A link is read again and again, links follow each other, the agent restarts: one sum."""
    clock = Clock()
    uplink = Uplink(PLAN, database=database, clock=clock)
    uplink.begin_link()
    for count in (100, 100, 250):
        uplink.note(carried(count))
    uplink.begin_link()
    uplink.note(carried(40))
    assert uplink.spent().month_bytes == 290
    uplink.keep()

    again = Uplink(PLAN, database=database, clock=clock)
    again.begin_link()
    again.note(carried(10))
    assert again.spent().month_bytes == 300


def test_a_new_month_starts_from_zero(database: Database) -> None:
    """What was spent in one month of the plan does not burden the next."""
    clock = Clock()
    uplink = Uplink(PLAN, database=database, clock=clock)
    uplink.note(carried(5 * MB))
    uplink.keep()
    assert uplink.mode() is not Mode.ALL
    clock.now += timedelta(days=31)

    assert uplink.spent().month_bytes == 0
    assert uplink.mode() is Mode.ALL


def test_it_says_farewell_before_it_falls_silent(database: Database) -> None:
    """Near the cap one health message promises the next month; only then the link closes."""
    clock = Clock()
    uplink = Uplink(PLAN, database=database, clock=clock)
    uplink.told(uplink.mode())
    uplink.note(carried(10 * MB - 1000))

    assert uplink.mode() is Mode.FAREWELL
    assert uplink.is_untold()
    assert not uplink.is_said()
    assert not uplink.is_closed(health_rows=lambda: 0)
    assert uplink.next_word_s(60) > timedelta(days=18).total_seconds()

    uplink.told(Mode.FAREWELL)
    assert uplink.is_said()
    assert not uplink.is_closed(health_rows=lambda: 1), "its receipt is still to come"
    assert uplink.is_closed(health_rows=lambda: 0)

    clock.now += timedelta(days=31)
    assert uplink.is_untold()
    assert not uplink.is_closed(health_rows=lambda: 0)


def test_a_clock_ten_years_ahead_or_in_1970_buys_no_second_plan(database: Database) -> None:
    """What was spent is kept over the jump, what is spent meanwhile joins the true day."""
    clock = Clock()
    uplink = Uplink(PLAN, database=database, clock=clock)

    def told(true: datetime) -> None:
        with database.transaction():
            receipts.apply(database, Receipt(database.epoch(), "g1", true), now=clock())

    told(NOON)
    uplink.note(carried(6 * MB))
    uplink.keep()
    clock.now = NOON + timedelta(days=3653)
    uplink.note(carried(7 * MB))
    uplink.keep()
    told(NOON + timedelta(hours=1))
    assert uplink.spent().month_bytes == 6 * MB
    uplink.note(carried(8 * MB))
    uplink.keep()
    assert uplink.spent().month_bytes == 8 * MB

    clock.now = NOON - timedelta(days=20_000)
    told(NOON + timedelta(hours=2))
    assert uplink.spent().month_bytes == 8 * MB
    clock.now -= timedelta(days=300)
    assert uplink.spent().month_bytes == 8 * MB
