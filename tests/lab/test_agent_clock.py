"""The agent's clock is set while it works: order, retries and waits survive it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.budget import Spend
from agent.camera.light import Light
from agent.delivery import receipts
from agent.delivery.opening import open_file
from agent.delivery.outbox import KEEP_DELIVERED, Outbox
from agent.diagnosis.advance import advance
from agent.diagnosis.memory import FaultMemory, Step
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.rule import Finding, Persistence, Verdict
from shared.fault import FaultState
from shared.frame import Lane
from shared.reading import Reading
from tests.agent.delivery.samples import message, receipt, send_all
from tests.agent.diagnosis.views import NOON, judge, reading, view_of

RESEND_AFTER = timedelta(seconds=30)
SETS = {
    "a week back": timedelta(days=-7),
    "ten years on": timedelta(days=3650),
    "to 1970": datetime(1970, 1, 1, tzinfo=UTC) - NOON,
    "an hour on, as a clock in local time does in spring": timedelta(hours=1),
    "an hour back": timedelta(hours=-1),
    "a step of NTP": timedelta(seconds=-2),
    "local time for UTC": timedelta(hours=8),
}
every_set = pytest.mark.parametrize("by", SETS.values(), ids=SETS.keys())


@every_set
def test_order_is_kept_and_a_retry_fires(tmp_path: Path, by: timedelta) -> None:
    """Rows go out as they were appended, whatever the clock said, and what was sent without a
    receipt is sent again after one interval, or by the little that NTP stepped back later."""
    database = open_file(tmp_path / "agent.db")
    outbox, now, appended = Outbox(database), NOON, []
    with database.transaction():
        appended.append(outbox.append(message(Lane.FAULT, now), now=now))
        sent = outbox.take(Lane.FAULT, limit=9, now=now)
    now += by
    with database.transaction():
        appended += [outbox.append(message(Lane.FAULT, now), now=now) for _ in range(2)]
        now += RESEND_AFTER + timedelta(seconds=2)
        again = outbox.take_overdue(Lane.FAULT, limit=9, now=now, resend_after=RESEND_AFTER)
        fresh = outbox.take(Lane.FAULT, limit=9, now=now)
    assert [row.event for row in (*sent, *fresh)] == appended
    assert [(row.event, row.frame) for row in again] == [(row.event, row.frame) for row in sent]
    database.close()


@every_set
def test_what_a_restored_collector_may_ask_for_is_kept(tmp_path: Path, by: timedelta) -> None:
    """Delivered rows stay thirty days after their receipt, not until the clock is set: before and
    after it, and also when it was wrong from the start and is put right."""
    for wrong_first in (False, True):
        database = open_file(tmp_path / f"agent-{wrong_first}.db")
        outbox = Outbox(database)
        collector_at = NOON
        ours = NOON + by if wrong_first else NOON
        with database.transaction():
            event = outbox.append(message(Lane.FAULT, ours), now=ours)
            outbox.take(Lane.FAULT, limit=1, now=ours)
            named = receipt(event, now=collector_at)
            assert receipts.apply(database, named, now=ours).delivered == 1
        ours = NOON if wrong_first else NOON + by
        with database.transaction():
            outbox.drop_old(now=receipts.surely_passed(database, now=ours))
        with database.transaction():
            other = receipt(event, generation="g2", now=collector_at + timedelta(minutes=1))
            assert receipts.apply(database, other, now=ours).requeued == 1
        database.close()


def test_delivered_rows_go_after_thirty_days(tmp_path: Path) -> None:
    """When both clocks say so, they are dropped."""
    database = open_file(tmp_path / "agent.db")
    outbox = Outbox(database)
    with database.transaction():
        old, new = (outbox.append(message(Lane.FAULT, NOON), now=NOON) for _ in range(2))
        send_all(outbox, now=NOON)
        receipts.apply(database, receipt(old, now=NOON), now=NOON)
    later = NOON + KEEP_DELIVERED + timedelta(hours=1)
    with database.transaction():
        assert outbox.drop_old(now=receipts.surely_passed(database, now=later)) == 0
        receipts.apply(database, receipt(new, now=later), now=later)
        assert outbox.drop_old(now=receipts.surely_passed(database, now=later)) == 1
    database.close()


def series(name: str, value: float | bool, *ago: timedelta) -> tuple[Reading, ...]:
    """Good readings of one value, oldest first."""
    return tuple(reading(name, value, NOON - age) for age in ago)


def minutes(*ago: int) -> tuple[timedelta, ...]:
    """Ages."""
    return tuple(timedelta(minutes=age) for age in ago)


PICTURE = {
    "luma_mean": 110.0,
    "luma_std": 50.0,
    "luma_p99": 230.0,
    "dark_share": 0.1,
    "bright_share": 0.0,
    "sharpness": 0.4,
    "saturation_mean": 30.0,
    "magenta_excess": 0.0,
    "green_min": 0.4,
    "red_mean": 100.0,
    "green_mean": 100.0,
    "blue_mean": 100.0,
    "change": 0.0,
}
BLACK = {"luma_mean": 2.0, "luma_std": 0.6, "luma_p99": 5.0, "dark_share": 1.0}
STILL = {f"picture.{name}": value for name, value in PICTURE.items()}
DARK = {f"picture.{name}": value for name, value in {**PICTURE, **BLACK}.items()}
IDLE = {
    "battery.charge": 20.0,
    "battery.charging": False,
    "solar.power": 5000.0,
    "battery.temperature": 20.0,
}


set_on = pytest.mark.parametrize(
    "by", [timedelta(hours=8), timedelta(hours=11), SETS["ten years on"]]
)
AFTERNOON = minutes(*range(600, 0, -30))


@set_on
def test_a_battery_is_not_idle_for_as_long_as_the_clock_was_set_on(by: timedelta) -> None:
    """Idle for an afternoon is not idle for ten years, or for three days."""
    ages = [by + age for age in AFTERNOON]
    history = {
        "battery.charging": series("battery.charging", False, *ages),
        "solar.power": series("solar.power", 5000.0, *ages),
    }
    found = judge("battery.not_charging", view_of(IDLE, history=history))
    assert found.verdict is Verdict.NO_VERDICT


@set_on
def test_a_picture_is_not_frozen_for_as_long_as_the_clock_was_set_on(by: timedelta) -> None:
    """Two pictures a minute apart are no half hour of watching."""
    same = {"picture.luma_mean": series("picture.luma_mean", 110.0, by + timedelta(minutes=1))}
    assert judge("picture.frozen", view_of(STILL, history=same)).verdict is Verdict.NO_VERDICT


@set_on
def test_a_night_is_not_as_long_as_the_clock_was_set_on(by: timedelta) -> None:
    """Dark for ten hours is a night; only dark for longer than any night is a black picture."""
    dark = {"picture.luma_mean": series("picture.luma_mean", 2.0, *(by + a for a in AFTERNOON))}
    day = {Light.DAY.value: PictureBaseline(Light.DAY, 90, 1.0, 110.0, 0.3, 0.3, 0.3, NOON)}
    found = judge("picture.black", view_of(DARK, history=dark, baselines=day))
    assert found.verdict is Verdict.NO_VERDICT


@pytest.mark.parametrize("ahead", [timedelta(days=3650), timedelta(days=20_000)])
def test_a_fault_told_by_a_wrong_clock_is_confirmed_and_cleared(ahead: timedelta) -> None:
    """Moments from a clock that stood ahead hold nothing up once it is put right."""
    persistence = Persistence()
    told = FaultMemory(
        "picture.black",
        state=FaultState.FLAPPING,
        changes=(NOON + ahead,),
        said_at=NOON + ahead,
        confirmed=True,
    )
    steps = []
    for number, verdict in enumerate([Verdict.FAULT] * 5 + [Verdict.HEALTHY] * 5):
        finding = Finding(code="picture.black", verdict=verdict, summary_en="", summary_zh="")
        now = NOON + timedelta(minutes=10 * number)
        told, step = advance(told, finding, now=now, persistence=persistence)
        steps.append(step)
    assert Step.CONFIRMED in steps
    assert steps[-1] is Step.CLEARED


def test_a_spent_day_far_ahead_forbids_nothing() -> None:
    """A budget that was spent by a clock ten years ahead is not spent for ten years; a step back
    over midnight buys no second one."""
    spent = Spend((NOON + timedelta(days=3650)).date(), bytes=10**9)
    assert spent.on(NOON) == Spend(NOON.date())
    tomorrow = Spend((NOON + timedelta(days=1)).date(), bytes=10**9)
    assert tomorrow.on(NOON) == tomorrow
