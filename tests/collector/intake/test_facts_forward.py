"""What is known of a device moves only forward: rows of earlier speak for their own fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from collector.intake.arrival import Arrival
from collector.intake.ingest import ingest
from collector.intake.replay import replay
from collector.settings import AgentEntry
from collector.store import tables
from collector.store.assignments import assign
from shared import topics
from shared.device import DeviceFacts
from shared.frame import Lane, pack
from shared.health import Health
from shared.identity import Epoch
from shared.wire import encode
from tests.collector.house import (
    ORGANISATIONS,
    SITES,
    House,
    agents,
    device,
    fault,
    frame_of,
    health,
)

OLD = device(label_serial="SC-OLD", firmware="1.0")
NEW = device(label_serial="SC-NEW", firmware="2.0")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def known(house: House) -> tuple[object, object, object]:
    """Serial and firmware of the one device, and the firmware of its agent's recorder."""
    (place,) = house.rows(tables.position)
    (agent,) = (row for row in house.rows(tables.agent) if row["id"] == place["agent_id"])
    return place["label_serial"], place["firmware"], agent["recorder_firmware"]


def told(house: House) -> list[tuple[object, object]]:
    """Serial and firmware that each fault was told with."""
    return [(row["label_serial"], row["firmware"]) for row in house.rows(tables.episode)]


def now(firmware: str = "NVR 5") -> Health:
    """How the agent says that things stand."""
    return replace(health(NEW), recorder_firmware=firmware)


def test_a_replayed_fault_changes_no_later_facts(house: House) -> None:
    """It waited in quarantine while the device was updated; it is about the device of then."""
    house.take(frame_of(fault(of=OLD), seq=1, agent_id="agent-new"))
    entry = AgentEntry(id="agent-new", organisation_id="north", site_id="farm", evidence_key=None)
    with house.engine.begin() as db:
        assign(db, organisations=ORGANISATIONS, sites=SITES, agents=(*agents(None), entry))
    house.pass_time(86_400)
    house.take(frame_of(now(), seq=2, agent_id="agent-new"))
    assert replay(house.engine, reason="unassigned", room=house.room, now=house.now) == (1, 0)
    assert known(house) == ("SC-NEW", "2.0", "NVR 5")
    assert told(house) == [("SC-OLD", "1.0")]


@pytest.mark.parametrize("is_live", [True, False], ids=["sent again late", "carried in a file"])
def test_a_row_that_comes_late_changes_no_later_facts(house: House, is_live: bool) -> None:
    """Order is by epoch and seq, however the row came here."""
    house.take(frame_of(now(), seq=9))
    late = frame_of(fault(of=OLD), seq=3)
    ingest(house.engine, [late], room=house.room, now=house.now, is_live=is_live)
    assert known(house) == ("SC-NEW", "2.0", "NVR 5")
    assert told(house) == [("SC-OLD", "1.0")]


def test_later_rows_bring_later_facts(house: House) -> None:
    """A fault tells what its device is as well as a health message does."""
    house.take(frame_of(health(OLD), seq=1), frame_of(fault(of=NEW), seq=2))
    assert known(house) == ("SC-NEW", "2.0", "NVR 4.2.1")


def test_a_new_card_in_the_same_agent_is_believed(house: House) -> None:
    """It counts its epochs from one again: its live word on how things stand is later."""
    fifth = pack(lane=Lane.HEALTH, epoch=Epoch(5, 9), seq=70, body=encode(health(OLD)))
    house.take(Arrival(topics.up("agent-farm", Lane.HEALTH), fifth))
    house.take(frame_of(fault(of=NEW), seq=1))
    assert known(house)[1] == "1.0"  # may as well be a fault of before
    house.take(frame_of(now(), seq=2))
    assert known(house) == ("SC-NEW", "2.0", "NVR 5")


def test_what_is_left_out_stays_as_it_was(house: House) -> None:
    """An agent says who its devices are until it is receipted; then position and serial alone."""
    house.take(frame_of(now(), seq=1))
    (before,) = house.rows(tables.position)
    short = replace(health(NEW), devices=(replace(now().devices[0], device=_short(NEW)),))
    house.take(frame_of(short, seq=2))
    (after,) = house.rows(tables.position)

    facts = ("label_serial", "serial_source", "doubted_serial", "aliases", "name", "model")
    assert [after[name] for name in facts] == [before[name] for name in facts]
    assert after["facts_seq"] == 2
    assert known(house)[:2] == ("SC-NEW", "2.0")


def _short(facts: DeviceFacts) -> DeviceFacts:
    return DeviceFacts(facts.device_id, facts.label_serial)
