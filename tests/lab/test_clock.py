"""Clocks that are set, on the agent and on the collector: order, holds and timers survive it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from collector.jobs import Jobs
from collector.store import tables
from shared.fault import FaultKind
from shared.health import DeviceHealth, Standing
from tests.collector.house import NOON, House, device, fault, frame_of, health, with_policy

HOLD_S = 600.0
STEP_S = 30.0
NAMED = device(label_serial="SC24010001")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector whose holds take ten minutes, with one agent heard and one fault waiting."""
    made = House(tmp_path, with_policy(hold_s={"*": HOLD_S}))
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    run(made)
    made.take(frame_of(health(NAMED, next_within_s=60), seq=1), frame_of(fault(), seq=2))
    work(made, 60)
    yield made
    made.engine.dispose()


def run(house: House, *, listening: bool = True) -> None:
    """Start the collector's jobs, as after every start of the process."""
    begun = house.now

    def since() -> datetime | None:
        return begun if listening else None

    house.jobs = Jobs(
        house.engine, policy=house.policy, listening_since=since, clock=lambda: house.now
    )
    house.jobs._settle_and_tick()


def work(house: House, seconds: float, *, seq: int = 100) -> None:
    """Let time pass as it does: the agent speaks, the loop looks every half minute."""
    for number in range(int(seconds / STEP_S)):
        house.pass_time(STEP_S)
        house.take(frame_of(health(NAMED, next_within_s=60), seq=seq + number))
        house.jobs._steady._seen = None  # the clock that only runs forward is not ours here
        house.jobs._settle_and_tick()


def decided(house: House) -> list[object]:
    """What came of each episode; None while it waits."""
    return [row["outcome"] for row in house.rows(tables.decision)]


@pytest.mark.parametrize(
    "away", [timedelta(hours=2), timedelta(days=3650), timedelta(days=-7), timedelta(days=-20000)]
)
def test_time_in_which_the_collector_did_not_run_counts_for_no_hold(
    house: House, away: timedelta
) -> None:
    """Whether it was switched off or its clock was set meanwhile cannot be told apart; in both
    cases the hold takes its whole time of listening, no less and not much more."""
    house.now += away
    run(house)
    assert decided(house) == [None]
    work(house, HOLD_S - 120, seq=1000)
    assert decided(house) == [None]
    work(house, 180, seq=5000)
    assert decided(house) == ["claim"]
    assert house.count(tables.incident) == 0
    actions = [row["action"] for row in house.rows(tables.audit)]
    assert actions == ["work.resumed"]


def test_what_cleared_while_the_collector_was_away_is_no_claim(house: House) -> None:
    """The hold ended and the fault cleared while nobody listened; the agent says so only once it
    has heard the collector again. Deciding at the first tick would have been a claim too early."""
    work(house, HOLD_S - 90)  # seconds before it is due
    house.pass_time(7200)
    run(house)
    work(house, 30, seq=5000)
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=2), seq=9000))
    work(house, 180, seq=9001)
    assert decided(house) == ["transient"]
    assert house.count(tables.finding) == 0


def test_time_without_a_broker_counts_for_no_hold(house: House) -> None:
    """The process runs and its clock too, but nothing can be heard."""
    run(house, listening=False)
    for _ in range(3):
        house.pass_time(7200)
        house.jobs._steady._seen = None
        house.jobs._settle_and_tick()
    run(house)
    work(house, HOLD_S / 2, seq=1000)
    assert decided(house) == [None]


def test_a_quick_restart_delays_nothing(house: House) -> None:
    """Twenty seconds are no reason to write anything or to wait."""
    house.pass_time(20)
    run(house)
    assert house.count(tables.audit) == 0
    work(house, HOLD_S - 60, seq=1000)
    assert decided(house) == ["claim"]


def test_an_agent_heard_in_the_future_can_still_fall_silent(house: House) -> None:
    """The clock stood ten years ahead and was put right while the collector was off: an agent
    that never comes back is silent after its promise, not in ten years."""
    house.now += timedelta(days=-3650)
    run(house)
    for _ in range(6):
        house.pass_time(STEP_S)
        house.jobs._steady._seen = None
        house.jobs._settle_and_tick()
    assert house.count(tables.incident) == 1


@pytest.mark.parametrize("by", [timedelta(days=-7), timedelta(days=3650), timedelta(days=-20000)])
def test_the_clock_of_an_agent_moves_no_decision(house: House, by: timedelta) -> None:
    """Holds and silence run on the collector's clock: a fault told by a clock that is years off
    is due like any other, its warranty is judged by the day it came, and what the agent says once
    its clock is right counts at once."""
    wrong, camera = NOON + by, device("yard", label_serial="SC24010002")
    house.register("SC24010002", delivered_on=date(2025, 1, 1))
    house.take(
        frame_of(health(camera, next_within_s=60, at=wrong), seq=50),
        frame_of(replace(fault(of=camera), onset_at=wrong, observed_at=wrong), seq=51),
        frame_of(fault("picture.black", of=camera), seq=52),
    )
    told, plain = house.rows(tables.decision)[-2:]
    assert told["due_at"] == plain["due_at"]
    assert house.rows(tables.episode)[-2]["onset_at"] == house.now

    work(house, HOLD_S + 60, seq=1000)
    assert decided(house) == ["claim"] * 3
    assert house.count(tables.incident) == 0

    unwell = DeviceHealth(camera, Standing.UNKNOWN, None)
    house.take(frame_of(replace(health(next_within_s=60), devices=(unwell,)), seq=9000))
    standings = {row["device_id"]: row["standing"] for row in house.rows(tables.position)}
    assert standings["yard"] == "unknown"
