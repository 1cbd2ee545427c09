"""After an upgrade: what the version before could not read enters once, with its identity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.compact import compact_agent
from collector.intake.arrival import Arrival, Counts
from collector.intake.upgrade import ACTION, program_version, take_after_upgrade
from collector.store import quarantine, tables, telemetry
from collector.store.quarantine_row import Quarantined
from collector.telemetry_aside import DAMAGED, Unread, aside_of_batch
from shared import topics
from shared.fault import FaultKind
from shared.frame import Lane, pack, unpack
from tests.collector.house import House, fault, frame_of
from tests.shared import examples


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def refused_by_an_older_version(house: House, arrival: Arrival, reason: str) -> None:
    """Leave the row in quarantine as a program left it that did not know such frames yet."""
    header = unpack(arrival.payload).header
    row = Quarantined(
        topic=arrival.topic,
        agent_id="agent-farm",
        organisation_id="north",
        identity=examples.EventId(header.epoch, header.seq),
        lane=header.lane,
        reason=reason,
        detail="",
        payload=arrival.payload,
    )
    with house.engine.begin() as db:
        quarantine.add_all(db, [row], now=house.now)


def upgrade(house: House, program: str) -> int:
    """Start as this version."""
    return take_after_upgrade(house.engine, program=program, room=house.room, now=house.now)


@pytest.mark.parametrize(
    "reason", ["frame.version", "frame.lane", "frame.flags", "wire.malformed", "store.refused"]
)
def test_what_a_newer_version_reads_is_stored_once(house: House, reason: str) -> None:
    """Fault, decision and receipted identity: later deliveries over MQTT are duplicates."""
    arrival = frame_of(fault(), seq=5)
    refused_by_an_older_version(house, arrival, reason)

    assert upgrade(house, "2.0") == 1
    assert house.count(tables.quarantine) == 0
    again = house.take(arrival)
    assert again.counts == Counts(duplicate=1)
    assert [(r.first, r.last) for _, told in again.receipts for r in told.ranges] == [(5, 5)]
    assert (house.count(tables.episode), house.count(tables.decision)) == (1, 1)


def test_delivery_before_the_upgrade_is_the_same(house: House) -> None:
    """A row that came in by another way meanwhile leaves the quarantine and changes nothing."""
    arrival = frame_of(fault(), seq=5)
    refused_by_an_older_version(house, arrival, "wire.malformed")
    house.take(arrival)

    assert upgrade(house, "2.0") == 1
    assert (house.count(tables.quarantine), house.count(tables.episode)) == (0, 1)


def test_the_order_of_the_rows_is_kept(house: House) -> None:
    """Opened, then cleared: refused for different reasons, replayed in the order they came."""
    refused_by_an_older_version(house, frame_of(fault(), seq=5), "wire.malformed")
    cleared = fault(kind=FaultKind.CLEARED, episode=5)
    refused_by_an_older_version(house, frame_of(cleared, seq=6), "frame.flags")

    assert upgrade(house, "2.0") == 2
    (episode,) = house.rows(tables.episode)
    assert episode["cleared_at"] is not None


def test_each_version_looks_once(house: House) -> None:
    """A start of the same version tries nothing again; that of another does."""
    assert upgrade(house, "1.0") == 0
    refused_by_an_older_version(house, frame_of(fault(), seq=5), "wire.malformed")

    assert upgrade(house, "1.0") == 0
    assert upgrade(house, "1.1") == 1
    noted = [row["detail"] for row in house.rows(tables.audit) if row["action"] == ACTION]
    assert noted == ["1.0", "1.1"]


def test_telemetry_that_could_not_be_merged_is_merged_then(house: House) -> None:
    """Stored at the door and set aside at merging: its samples enter with the next version."""
    arrival = frame_of(examples.up_messages()["columns"], seq=5)
    house.take(arrival)
    with house.engine.begin() as db:  # what a program without these columns did of it
        (batch,) = telemetry.pending(db, "agent-farm")
        telemetry.remove_batches(db, [batch.id])
        unread = Unread(batch=batch, reason=DAMAGED, why="unknown form")
        row = aside_of_batch("agent-farm", "north", unread)
        quarantine.add_all(db, [row], now=house.now)
    assert [found["lane"] for found in house.rows(tables.quarantine)] == [Lane.TELEMETRY]

    assert upgrade(house, "2.0") == 1
    assert compact_agent(house.engine, "agent-farm", policy=house.policy, now=house.now) == 1
    assert (house.count(tables.quarantine), house.count(tables.telemetry_day)) == (0, 1)
    assert house.take(arrival).counts == Counts(duplicate=1)


def test_what_stays_unreadable_stays(house: House) -> None:
    """A kind of event that this version does not know either waits for the next one, untouched."""
    nonsense = pack(lane=Lane.FAULT, epoch=examples.EPOCH, seq=9, body=b"\x92\xa5alarm\x01")
    house.take(Arrival(topics.up("agent-farm", Lane.FAULT), nonsense))
    before = house.rows(tables.quarantine)

    assert upgrade(house, "2.0") == 0
    assert house.rows(tables.quarantine) == before


def test_the_program_knows_its_version() -> None:
    """The mark is the version that is installed, which the next release changes."""
    assert program_version()[0].isdigit()
