"""Work of the collector's own that takes long never counts as its absence."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from collector import compactor, jobs, missing_rows
from collector.compactor import Compactor
from collector.store import gap_search, tables
from tests.collector.house import House, device, fault, frame_of, health, with_policy

NAMED = device(label_serial="SC24010001")
HOLD_S = 600.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector whose holds take ten minutes."""
    made = House(tmp_path, with_policy(hold_s={"*": HOLD_S}))
    made.register("SC24010001", delivered_on=date(2026, 1, 1))
    yield made
    made.engine.dispose()


def run_evenly(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that only runs forward agrees with the house's time."""
    clock = SimpleNamespace(monotonic=lambda: house.now.timestamp())  # noqa: PLW0108 - now moves
    monkeypatch.setattr(jobs, "time", clock)


def work(house: House, *, for_s: float) -> None:
    """Let the loop tick every 5 s while both agents speak as they promised."""
    begun, seq = house.now, 100
    while house.now - begun < timedelta(seconds=for_s):
        house.jobs._settle_and_tick()
        house.pass_time(5)
        for agent_id in ("agent-farm", "agent-shop"):
            word = health(NAMED, next_within_s=300)
            house.take(frame_of(word, seq=seq, agent_id=agent_id))
        seq += 1


def test_jobs_that_take_long_together_delay_no_decision(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look for gaps takes 25 s for each of two agents in every minute; a fault is decided when
    its hold is over, not after the work is done for good."""
    run_evenly(house, monkeypatch)
    move_marks = gap_search.move_marks

    def slow(*args: object, **named: object) -> None:
        move_marks(*args, **named)  # type: ignore[arg-type]
        house.pass_time(25)

    monkeypatch.setattr(missing_rows, "AT_ONCE", 1)
    monkeypatch.setattr(gap_search, "move_marks", slow)
    house.take(frame_of(health(NAMED, next_within_s=300), seq=1), frame_of(fault(), seq=2))
    work(house, for_s=HOLD_S + 300)

    assert [row["outcome"] for row in house.rows(tables.decision)] == ["claim"]


def test_a_stop_within_a_tick_still_counts_for_no_hold(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour in which the process stood still in the middle of a job is not own work."""
    run_evenly(house, monkeypatch)
    move_marks = gap_search.move_marks
    stops = [3600.0]

    def stopped(*args: object, **named: object) -> None:
        move_marks(*args, **named)  # type: ignore[arg-type]
        house.pass_time(stops.pop())

    house.take(frame_of(health(NAMED, next_within_s=300), seq=1), frame_of(fault(), seq=2))
    house.jobs._settle_and_tick()
    monkeypatch.setattr(gap_search, "move_marks", stopped)
    house.pass_time(60)
    house.take(frame_of(health(NAMED, next_within_s=300), seq=3))
    house.jobs._settle_and_tick()
    house.pass_time(5)
    house.jobs._settle_and_tick()

    assert stops == []
    assert [row["state"] for row in house.rows(tables.decision)] == ["pending"]


async def test_decisions_do_not_wait_for_compaction(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While compaction does not end, what is due is decided; and a stop ends it."""
    begun, end = threading.Event(), asyncio.Event()

    def endless(*_: object, is_stopped: Callable[[], bool], **__: object) -> int:
        begun.set()
        while not is_stopped():
            time.sleep(0.01)
        return 0

    monkeypatch.setattr(compactor, "compact", endless)
    made = Compactor(house.engine, policy=house.policy, clock=lambda: house.now)
    running = asyncio.create_task(made.run(end))
    assert await asyncio.to_thread(begun.wait, 30)

    house.take(frame_of(health(NAMED, next_within_s=300), seq=1), frame_of(fault(), seq=2))
    house.pass_time(HOLD_S + 300)
    house.take(frame_of(health(NAMED, next_within_s=300), seq=3))
    house.tick()
    assert [row["outcome"] for row in house.rows(tables.decision)] == ["claim"]

    end.set()
    await asyncio.wait_for(running, 30)


async def test_a_store_that_takes_nothing_for_a_while_ends_no_compaction(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn that met a locked or full store is made up for by the next one."""
    stop = asyncio.Event()
    turns: list[datetime] = []

    def fail_once(*_: object, now: datetime, **__: object) -> int:
        turns.append(now)
        if len(turns) == 1:
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked"))
        stop.set()
        return 0

    monkeypatch.setattr(compactor, "compact", fail_once)
    monkeypatch.setattr(compactor, "COMPACT_EVERY_S", 0.01)
    made = Compactor(house.engine, policy=house.policy, clock=lambda: house.now)
    async with asyncio.timeout(60):
        await made.run(stop)

    assert len(turns) == 2


def test_compaction_drops_what_is_too_old_now_and_then(house: House) -> None:
    """The loop that merges also prunes: first at once, then every six hours."""
    made = Compactor(house.engine, policy=house.policy, clock=lambda: house.now)
    dropped: list[datetime] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compactor, "prune", lambda *_, now, **__: dropped.append(now))
        for _ in range(13):
            made.turn(lambda: False)
            house.pass_time(3600)
    assert len(dropped) == 3
