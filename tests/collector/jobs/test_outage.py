"""A lost site explains what came with it, and swallows nothing that was there or stays there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.store import tables
from shared.fault import FaultKind
from tests.collector.house import House, device, fault, frame_of, health, with_policy


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector whose holds take an hour and whose agents promise a second."""
    made = House(tmp_path, with_policy(hold_s={"*": 3600.0}, site_loss_margin_s=5.0))
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    yield made
    made.engine.dispose()


def outcomes(house: House) -> list[object]:
    """What came of every episode; 'pending' while it is not decided. A task may become more."""
    return [
        row["outcome"] if row["state"] == "decided" or row["outcome"] == "task" else "pending"
        for row in house.rows(tables.decision)
    ]


def speak(house: House, *, seq: int) -> None:
    """The agent says that it lives, a second later, and the collector looks."""
    house.pass_time(1)
    house.take(frame_of(health(), seq=seq))
    house.tick()


@pytest.mark.parametrize("code", ["mainboard.dead", "picture.black", "cellular.modem_dead"])
def test_a_fault_from_before_the_silence_is_a_claim_after_it(house: House, code: str) -> None:
    """A minute without uplink, just when the decision is due, delays the claim and no more."""
    house.take(frame_of(fault(code), seq=1), frame_of(health(), seq=2))
    house.pass_time(3590)
    house.take(frame_of(health(), seq=3))
    house.pass_time(60)
    house.tick()
    assert house.count(tables.incident) == 1
    assert outcomes(house) == ["pending"]

    speak(house, seq=4)
    speak(house, seq=5)
    speak(house, seq=6)
    assert outcomes(house) == ["claim"]


def fall_silent_with_two_faults(house: House) -> None:
    """Two faults come with the loss of the site and are explained by it; then it is back."""
    house.take(
        frame_of(fault("mainboard.dead"), seq=1),
        frame_of(fault("picture.black", of=device("yard", label_serial="SC2")), seq=2),
    )
    house.pass_time(2.6)
    house.tick()
    house.pass_time(3600)
    house.tick()
    assert outcomes(house) == ["incident", "incident"]
    speak(house, seq=3)
    assert [row["closed_at"] for row in house.rows(tables.incident)] == [house.now]


def test_what_outlives_the_loss_is_judged_after_it(house: House) -> None:
    """The fault that stays gets a hold of its own and is a claim; the one that went stays
    explained."""
    fall_silent_with_two_faults(house)
    assert outcomes(house) == ["pending", "pending"]
    cleared = fault("picture.black", kind=FaultKind.CLEARED, episode=2)
    house.take(frame_of(cleared, seq=4))
    speak(house, seq=5)
    assert outcomes(house) == ["pending", "pending"]

    house.pass_time(3600)
    speak(house, seq=6)
    assert outcomes(house) == ["claim", "incident"]
    assert [row["code"] for row in house.rows(tables.finding)] == ["mainboard.dead"]


def test_a_gap_in_the_recordings_stays_explained(house: House) -> None:
    """Nobody has to look for the cause of what the loss of the site left out."""
    house.take(frame_of(fault("recording.gap"), seq=1))
    house.pass_time(2.6)
    house.tick()
    house.pass_time(3600)
    house.tick()
    speak(house, seq=2)
    house.pass_time(7200)
    speak(house, seq=3)
    assert outcomes(house) == ["incident"]


def test_the_camera_that_stays_away_holds_no_incident_open(house: House) -> None:
    """Three of four vanish, two come back: the incident ends and the third is looked at alone."""
    names = [device(f"cam-{n}", label_serial=f"SC-{n}") for n in range(4)]
    house.take(frame_of(health(*names), seq=1))
    for n in range(3):
        house.take(frame_of(fault("device.unreachable", of=names[n]), seq=n + 2))
    house.pass_time(3601)
    speak(house, seq=20)
    assert outcomes(house) == ["incident"] * 3

    for n in range(2):
        gone = fault("device.unreachable", kind=FaultKind.CLEARED, episode=n + 2, of=names[n])
        house.take(frame_of(gone, seq=n + 30))
    speak(house, seq=40)
    assert all(row["closed_at"] for row in house.rows(tables.incident))
    assert outcomes(house) == ["incident", "incident", "pending"]

    house.pass_time(3601)
    speak(house, seq=50)
    assert outcomes(house) == ["incident", "incident", "task"]
