"""A task that somebody calls done: verified or returned by what the agent says afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import update

from collector.store import tables, tasks
from collector.store.scope import Role, Scope
from shared.fault import FaultKind
from shared.health import Standing
from tests.collector.house import House, device, fault, frame_of, health, with_policy

SCOPE = Scope(organisation_ids=frozenset({"north"}), role=Role.INTEGRATOR)
GATE = device(label_serial="SC24010001")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector that gives probes an hour."""
    made = House(tmp_path, with_policy(verified_s={"*": 3600.0}, site_loss_wait=False))
    made.take(frame_of(fault("picture.dirty", of=GATE), seq=1))
    stand(made, 2, Standing.FAULT)
    made.pass_time(3)
    stand(made, 3, Standing.FAULT)
    made.tick()
    yield made
    made.engine.dispose()


def stand(house: House, seq: int, standing: Standing, *, answered: bool = True) -> None:
    """The agent says how the device stands now, and whether it answered."""
    told = health(GATE, next_within_s=30_000, at=house.now)
    (spoken,) = told.devices
    good_at = spoken.last_good_at if answered else None
    seen = structs.replace(spoken, standing=standing, last_good_at=good_at)
    house.take(frame_of(structs.replace(told, devices=(seen,)), seq=seq))


def call_done(house: House) -> bool:
    """A fitter says that the task is done."""
    with house.engine.begin() as db:
        return tasks.finish(
            db, SCOPE, task_id=1, actor="fitter", note="wiped the lens", now=house.now
        )


def only(house: House) -> dict[str, object]:
    """The one task that there is."""
    (row,) = house.rows(tables.task)
    return row


def steps(house: House) -> list[tuple[object, object]]:
    """What happened to it, and by whom."""
    return [(row["type"], row["actor"]) for row in house.rows(tables.task_event)]


def test_a_cleared_fault_verifies_the_work(house: House) -> None:
    """The clearing after 'done' ends the task as verified; the history names who did what."""
    assert call_done(house)
    house.pass_time(600)
    house.tick()
    assert only(house)["closed_at"] is None

    house.take(frame_of(fault("picture.dirty", of=GATE, kind=FaultKind.CLEARED, episode=1), seq=5))

    assert only(house)["closed_at"] == house.now
    assert steps(house) == [("opened", ""), ("done", "fitter"), ("verified", "")]
    assert house.rows(tables.task_event)[1]["note"] == "wiped the lens"


def test_a_fault_that_stays_brings_the_task_back(house: House) -> None:
    """Nothing before the grace; after it, with the device reached again, the task is open anew,
    once, and can be called done again."""
    call_done(house)
    house.pass_time(3500)
    stand(house, 5, Standing.FAULT)
    house.tick()
    assert only(house)["done_at"] is not None

    house.pass_time(200)
    stand(house, 6, Standing.FAULT)
    for _ in range(3):
        house.pass_time(20)
        house.tick()

    assert (only(house)["done_at"], only(house)["closed_at"], only(house)["returned"]) == (
        None,
        None,
        1,
    )
    assert steps(house)[-1] == ("returned", "")
    assert len(steps(house)) == 3
    assert call_done(house)


def test_a_device_that_nobody_reached_is_waited_for(house: House) -> None:
    """'Fault' from an agent that could not ask the device again takes nothing back."""
    call_done(house)
    house.pass_time(7200)
    stand(house, 5, Standing.FAULT, answered=False)
    house.tick()

    assert only(house)["done_at"] is not None


def test_a_clearing_that_was_lost_verifies_too(house: House) -> None:
    """An episode that is over by any way ends the task that was called done."""
    call_done(house)
    with house.engine.begin() as db:
        db.execute(update(tables.episode).values(cleared_at=house.now, state="cleared"))
    house.pass_time(20)
    house.tick()

    assert only(house)["closed_at"] == house.now
    assert steps(house)[-1] == ("verified", "")


def test_an_untouched_task_clears_itself(house: House) -> None:
    """Nobody called it done: the history says that the fault cleared by itself."""
    house.take(frame_of(fault("picture.dirty", of=GATE, kind=FaultKind.CLEARED, episode=1), seq=5))

    assert steps(house) == [("opened", ""), ("cleared", "")]
