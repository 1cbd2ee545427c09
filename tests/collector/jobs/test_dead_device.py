"""A device that died alone: a task at once, and a draft when nothing else can keep it silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from collector.claims.dead_device import DeadFacts, DeadTerms, judge
from collector.claims.policy import Policy
from collector.steady import Steady
from collector.store import tables
from shared.fault import FaultKind
from shared.health import DeviceHealth, HangsOn, Health, Standing
from shared.reading import Quality, Reading
from tests.collector.house import NOON, House, device, fault, frame_of

HOUR = timedelta(hours=1)
GATE = device("gate", label_serial="SC24010001")
YARD = device("yard", label_serial="SC24010002")
POLE = HangsOn("pole-1")
WELL = DeadFacts(
    worked_once=True,
    contact="called",
    feed="mains",
    charge=None,
    has_energy_fault=False,
    siblings=2,
    quiet_since=NOON,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """By the factory's own policy; the first camera is known and in warranty."""
    made = House(tmp_path, Policy())
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    yield made
    made.engine.dispose()


def speak(house: House, *, seq: int, gate: HangsOn = POLE, yard: HangsOn = POLE) -> None:
    """The agent tells of both cameras; the gate's was good at noon, the yard's is."""
    devices = (
        DeviceHealth(GATE, Standing.FAULT, NOON, hangs_on=gate),
        DeviceHealth(YARD, Standing.OK, house.now, hangs_on=yard),
    )
    house.take(frame_of(Health(NOON, "0.1.0", 30_000.0, "wired", devices=devices), seq=seq))


def run(house: House, hours: int, *, seq: int, **hangs_on: HangsOn) -> None:
    """Let time pass while the agent speaks, and look every four hours."""
    for step in range(hours // 4):
        house.pass_time(4 * 3600)
        speak(house, seq=seq + step, **hangs_on)
        house.tick()


def test_a_dead_device_is_a_task_and_then_a_draft(house: House) -> None:
    """After the hold somebody is asked to check its power; after 72 h in which its sibling on the
    same pole was well a draft names the mainboard, and keeps the reason."""
    speak(house, seq=1)
    house.take(frame_of(fault("device.unreachable", of=GATE), seq=2))
    run(house, 68, seq=100)
    (task,) = house.rows(tables.task)
    assert task["code"] == "device.unreachable"
    assert house.count(tables.claim_line) == 0
    (decision,) = house.rows(tables.decision)
    assert "others on the same supply and link (1) are well" in str(decision["reason_en"])

    run(house, 12, seq=200)
    (line,) = house.rows(tables.claim_line)
    assert (line["component"], line["state"], line["warranty_verdict"]) == (
        "mainboard",
        "draft",
        "in",
    )
    assert [row["code"] for row in house.rows(tables.finding)] == ["mainboard.dead"]
    run(house, 24, seq=300)
    assert house.rows(tables.claim_line)[0]["state"] == "draft"  # nobody measured power there


def test_it_answers_again_and_the_draft_goes(house: House) -> None:
    """Somebody plugged it in: cleared, and after its holds the draft is gone by itself."""
    speak(house, seq=1)
    house.take(frame_of(fault("device.unreachable", of=GATE), seq=2))
    run(house, 80, seq=100)
    house.take(
        frame_of(fault("device.unreachable", kind=FaultKind.CLEARED, episode=2, of=GATE), seq=190)
    )
    run(house, 160, seq=200)
    assert [row["state"] for row in house.rows(tables.claim_line)] == ["auto_cleared"]


@pytest.mark.parametrize(
    ("gate", "yard"),
    [
        (HangsOn("pole-1"), HangsOn("pole-2")),
        (HangsOn(gateway="gw-1"), HangsOn(gateway="gw-2")),
    ],
    ids=["another pole", "another gateway"],
)
def test_without_a_sibling_it_stays_a_task(house: House, gate: HangsOn, yard: HangsOn) -> None:
    """Nobody can tell whether it has power: measure it; no draft, and no silent nothing."""
    speak(house, seq=1, gate=gate, yard=yard)
    house.take(frame_of(fault("device.unreachable", of=GATE), seq=2))
    run(house, 100, seq=100, gate=gate, yard=yard)
    assert house.count(tables.claim_line) == 0
    assert house.count(tables.task) == 1
    (decision,) = house.rows(tables.decision)
    assert str(decision["reason_en"]).startswith("measure power at the device")


def test_an_outage_of_the_sibling_begins_the_time_anew(house: House) -> None:
    """The pole itself was without power for a while: 72 h from its end."""
    speak(house, seq=1)
    house.take(frame_of(fault("device.unreachable", of=GATE), seq=2))
    run(house, 40, seq=100)
    house.take(frame_of(fault("device.unreachable", of=YARD), seq=150))
    house.pass_time(3600)
    gone = fault("device.unreachable", kind=FaultKind.CLEARED, episode=150, of=YARD)
    house.take(frame_of(gone, seq=151))
    run(house, 60, seq=200)
    assert house.count(tables.claim_line) == 0
    run(house, 20, seq=300)
    assert house.count(tables.claim_line) == 1


def test_a_device_taken_out_of_the_configuration_is_not_dead(house: House) -> None:
    """Its agent names it no more: nothing will ever clear its fault, and no draft opens for it."""
    speak(house, seq=1)
    house.take(frame_of(fault("device.unreachable", of=GATE), seq=2))
    for step in range(25):
        house.pass_time(4 * 3600)
        left = (DeviceHealth(YARD, Standing.OK, house.now, hangs_on=POLE),)
        house.take(frame_of(Health(NOON, "0.1.0", 30_000.0, "wired", devices=left), seq=9 + step))
        house.tick()
    assert house.count(tables.claim_line) == 0
    (decision,) = house.rows(tables.decision)
    assert "names it no more" in str(decision["reason_en"])


def test_a_clock_that_is_set_makes_no_device_dead(house: House) -> None:
    """Silent for a day when the collector's clock is set by six months: 72 h from then."""
    speak(house, seq=1)
    steady = Steady(house.engine)
    house.take(frame_of(fault("device.unreachable", of=GATE), seq=2))
    run(house, 24, seq=100)
    steady.settle(now=house.now, monotonic_s=0)
    house.pass_time(182 * 86_400)
    steady.settle(now=house.now, monotonic_s=0)
    run(house, 64, seq=200)
    assert house.count(tables.claim_line) == 0
    run(house, 16, seq=300)
    assert house.count(tables.claim_line) == 1


@pytest.mark.parametrize(("charge", "lines"), [(8.0, 0), (80.0, 1)])
def test_a_drained_battery_is_no_dead_board(house: House, charge: float, lines: int) -> None:
    """A solar camera whose last word was 8 % is an energy matter; one that was full is not."""
    battery = HangsOn("pole-1", feed="battery", contact="sleeps")
    speak(house, seq=1, gate=battery)
    last = Reading("battery.charge", charge, "%", NOON, Quality.GOOD)
    unreachable = fault("device.unreachable", of=GATE)
    house.take(frame_of(type(unreachable)(**{**_fields(unreachable), "because": (last,)}), seq=2))
    run(house, 100, seq=100, gate=battery)
    assert house.count(tables.claim_line) == lines
    assert house.count(tables.task) == 1


def _fields(event: object) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "is_dead"),
    [
        ({}, True),
        ({"worked_once": False}, False),
        ({"is_named": False}, False),
        ({"contact": "pushes"}, False),
        ({"siblings": 0}, False),
        ({"quiet_since": None}, False),
        ({"quiet_since": NOON + HOUR}, False),
        ({"feed": "battery", "charge": 50.0}, True),
        ({"feed": "battery"}, False),
        ({"feed": "battery", "charge": 50.0, "has_energy_fault": True}, False),
    ],
)
def test_only_when_nothing_else_can_be_the_reason(
    changes: dict[str, object], is_dead: bool
) -> None:
    """Each single excuse keeps the draft away."""
    facts = DeadFacts(**{**{n: getattr(WELL, n) for n in DeadFacts.__slots__}, **changes})  # type: ignore[arg-type]
    now: datetime = NOON + 72 * HOUR
    judged = judge(facts, onset_at=NOON, terms=DeadTerms(), now=now)
    assert judged.is_dead is is_dead
    assert judged.why.en
    assert judged.why.zh
