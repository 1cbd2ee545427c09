"""Whose fault it is: devices that are exchanged, and serials that are alive twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.store import tables
from shared.device import Alias, AliasKind, DeviceFacts
from tests.collector.house import House, device, fault, frame_of, health
from tests.collector.jobs.test_jobs import decide_all, outcomes


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def onvif(name: str, label_serial: str = "") -> DeviceFacts:
    """The device at the gate that names itself so."""
    return device(aliases=(Alias(AliasKind.ONVIF_SERIAL, name),), label_serial=label_serial)


def test_a_device_exchanged_within_the_hold_is_not_claimed_for_the_old_one(house: House) -> None:
    """The fault of a device without serial is not laid on the registered one that replaced it."""
    house.register("SC-NEW", delivered_on=date(2025, 1, 1), aliases={"onvif_serial": "ONV-NEW"})
    house.take(frame_of(fault(of=onvif("ONV-OLD")), seq=1))
    house.take(frame_of(health(onvif("ONV-NEW")), seq=2))
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["label_serial"], line["serial_key"]) == ("", "position:1:ONV-OLD")
    assert "exchanged since" in str(outcomes(house)[0][1])
    assert house.rows(tables.position)[0]["label_serial"] == "SC-NEW"


def test_a_registered_device_is_claimed_although_another_hangs_there_now(house: House) -> None:
    """The serial that the device had when its fault came is the one that is claimed."""
    for name in ("OLD", "NEW"):
        house.register(
            f"SC-{name}", delivered_on=date(2025, 1, 1), aliases={"onvif_serial": f"ONV-{name}"}
        )
    house.take(frame_of(fault(of=onvif("ONV-OLD")), seq=1))
    house.take(frame_of(health(onvif("ONV-NEW")), seq=2))
    decide_all(house)

    assert [line["label_serial"] for line in house.rows(tables.claim_line)] == ["SC-OLD"]
    assert "exchanged since" in str(outcomes(house)[0][1])


def test_a_registry_imported_within_the_hold_names_the_device(house: House) -> None:
    """A serial that was not known when the fault came is looked up again when it is due."""
    house.take(frame_of(fault(of=onvif("ONV-1")), seq=1))
    house.register("SC-1", delivered_on=date(2025, 1, 1), aliases={"onvif_serial": "ONV-1"})
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["label_serial"], line["serial_source"]) == ("SC-1", "registry")


def test_a_configured_serial_does_not_pass_to_the_next_device(house: House) -> None:
    """A configuration that was not changed after an exchange is doubted until it is corrected."""
    house.take(frame_of(health(onvif("ONV-OLD", label_serial="SC24010001")), seq=1))
    exchanged = onvif("ONV-NEW", label_serial="SC24010001")
    house.take(frame_of(health(exchanged), seq=2), frame_of(fault(of=exchanged), seq=3))
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["label_serial"], line["serial_source"]) == ("", "none")
    assert "not the one configured as SC24010001" in str(outcomes(house)[0][1])

    house.take(frame_of(health(onvif("ONV-NEW", label_serial="SC24010002")), seq=9002))
    assert house.rows(tables.position)[0]["label_serial"] == "SC24010002"


def test_new_firmware_that_renames_the_device_is_no_exchange(house: House) -> None:
    """The same MAC under another ONVIF serial is the same device."""
    mac = Alias(AliasKind.MAC, "00:11:22:33:44:55")
    for seq, name in enumerate(("ONV-A", "ONV-B"), start=1):
        named = device(
            label_serial="SC24010001", aliases=(Alias(AliasKind.ONVIF_SERIAL, name), mac)
        )
        house.take(frame_of(health(named), seq=seq))

    assert house.rows(tables.position)[0]["label_serial"] == "SC24010001"


def alive_twice(house: House) -> None:
    """The same serial answers at two sites, each more than once."""
    house.register("SC24010001", delivered_on=date(2025, 1, 1))
    named = device(label_serial="SC24010001")
    for seq in (1, 2):
        house.pass_time(1)
        house.take(
            frame_of(health(named, at=house.now), seq=seq),
            frame_of(health(named, at=house.now), seq=seq, agent_id="agent-shop"),
        )


def test_a_serial_alive_twice_has_one_line_that_says_so(house: House) -> None:
    """Two agents that report the same serial make one draft with the verdict of a duplicate."""
    alive_twice(house)
    house.take(frame_of(fault(), seq=3), frame_of(fault(), seq=3, agent_id="agent-shop"))
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "duplicate_serial"
    assert "Shop: gate" in str(line["warranty_reason_en"])
    assert house.count(tables.finding) == 2


def test_a_device_that_moved_is_no_duplicate(house: House) -> None:
    """The old position does not answer any more: the serial is alive once."""
    house.register("SC24010001", delivered_on=date(2025, 1, 1))
    named = device(label_serial="SC24010001")
    house.take(frame_of(health(named, at=house.now), seq=1))
    house.pass_time(5)
    house.take(frame_of(health(named, at=house.now), seq=1, agent_id="agent-shop"))
    house.pass_time(1)
    house.take(frame_of(health(named, at=house.now), seq=2, agent_id="agent-shop"))
    house.take(frame_of(fault(), seq=3, agent_id="agent-shop"))
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "in"
