"""From a stored fault to what comes of it, through the jobs loop on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from collector.claims.chain import first_break
from collector.store import cases, tables
from shared.device import Alias, AliasKind
from shared.fault import FaultKind
from tests.collector.house import House, device, fault, frame_of, health, with_policy


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def decide_all(house: House) -> None:
    """Let the holds pass while the agents keep speaking."""
    house.pass_time(3)
    house.take(frame_of(health(), seq=9001), frame_of(health(), seq=9001, agent_id="agent-shop"))
    house.tick()


def outcomes(house: House) -> list[tuple[object, object]]:
    """``(outcome, reason)`` of every decision."""
    return [(row["outcome"], row["reason_en"]) for row in house.rows(tables.decision)]


def test_fault_in_warranty_opens_a_draft(house: House) -> None:
    """A proven fault of a registered device in warranty becomes a draft line with its reasons."""
    house.register("SC24010001", delivered_on=date(2025, 1, 1))
    house.take(frame_of(fault(), seq=1))

    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["state"], line["warranty_verdict"], line["batch"]) == ("draft", "in", "B-1")
    assert line["serial_source"] == "configuration"
    (case,) = house.rows(tables.claim_case)
    assert (case["number"], case["organisation_id"]) == ("PC-2026-000001", "north")
    assert [row["type"] for row in house.rows(tables.claim_event)] == [
        "opened",
        "finding_added",
        "origin_suggested",
    ]
    with house.engine.begin() as db:
        assert first_break(cases.chain_of(db, 1)) is None


def test_nothing_is_decided_before_its_hold(house: House) -> None:
    """A fault that is not due yet has no outcome."""
    house.take(frame_of(fault(), seq=1))
    house.tick()

    assert [row["state"] for row in house.rows(tables.decision)] == ["pending"]


def test_serial_comes_from_the_registry_through_an_alias(house: House) -> None:
    """A device that only knows its ONVIF serial is claimed under its label serial."""
    house.register("SC1", delivered_on=date(2025, 1, 1), aliases={"onvif_serial": "ONV-77"})
    named = device(aliases=(Alias(AliasKind.ONVIF_SERIAL, "ONV-77"),))
    house.take(frame_of(fault(of=named), seq=1))

    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["label_serial"], line["serial_source"]) == ("SC1", "registry")


def test_unknown_serial_gets_a_marked_draft(house: House) -> None:
    """A serial that the registry does not know is claimed, and marked as unknown."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "unknown_serial"
    assert line["warranty_reason_en"] == "warranty unknown: not in the registry"


def test_device_without_serial_is_keyed_by_its_position(house: House) -> None:
    """Without any serial the line says so and is unique by position."""
    house.take(frame_of(fault(of=device()), seq=1))
    decide_all(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["serial_key"], line["serial_source"]) == ("position:1", "none")


def test_out_of_warranty_is_not_applicable_because(house: House) -> None:
    """A fault after the last covered day opens nothing and says which day that was."""
    house.register("SC24010001", delivered_on=date(2024, 2, 27))
    house.take(frame_of(fault(), seq=1))
    decide_all(house)

    ((outcome, reason),) = outcomes(house)
    assert outcome == "not_applicable"
    assert "last day 2026-02-27" in str(reason)
    assert house.count(tables.claim_line) == 0


def test_wrong_password_is_a_task_that_closes_itself(house: House) -> None:
    """A wrong password is work for somebody, once, until it is cleared."""
    house.take(frame_of(fault("login.wrong_password"), seq=1))
    decide_all(house)
    house.take(frame_of(fault("login.wrong_password"), seq=2))
    decide_all(house)

    assert [(row["kind"], row["closed_at"]) for row in house.rows(tables.task)] == [
        ("configuration", None)
    ]
    house.take(frame_of(fault("login.wrong_password", kind=FaultKind.CLEARED, episode=1), seq=3))
    assert house.rows(tables.task)[0]["closed_at"] == house.now
    assert house.count(tables.claim_line) == 0


def test_firmware_login_is_a_firmware_case(house: House) -> None:
    """Two cameras that refuse the recorder's login make one firmware case and no claim."""
    for seq, name in enumerate(("gate", "yard"), start=1):
        named = device(name, label_serial=f"SC{seq}")
        house.take(frame_of(fault("login.firmware_refuses_method", of=named), seq=seq))
    decide_all(house)

    (case,) = house.rows(tables.firmware_case)
    assert (case["camera_firmware"], case["recorder_firmware"]) == ("1.4.2", "NVR 4.2.1")
    assert house.count(tables.firmware_case_member) == 2
    assert house.count(tables.claim_line) == 0


def test_cleared_before_due_is_transient(house: House) -> None:
    """A fault that ends within its hold time opens nothing."""
    house.take(frame_of(fault(), seq=1))
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=2))
    decide_all(house)

    assert [outcome for outcome, _ in outcomes(house)] == ["transient"]
    assert house.count(tables.claim_line) == 0


def test_passive_verdict_stays_in_shadow_by_default(tmp_path: Path) -> None:
    """What only a picture says is recorded, and opens nothing until the policy trusts it."""
    house = House(tmp_path, with_policy(passive_opens_drafts=False))
    house.take(frame_of(fault("picture.blurred"), seq=1))
    decide_all(house)

    assert [outcome for outcome, _ in outcomes(house)] == ["shadow"]
    assert house.count(tables.claim_line) == 0
    house.engine.dispose()


def test_two_experiments_claim_beside_a_picture_in_shadow(tmp_path: Path) -> None:
    """The same code twice: what the picture alone says stays in shadow, what a test proves not."""
    house = House(tmp_path, with_policy(passive_opens_drafts=False))
    passive = fault("ircut.stuck_open")
    house.take(frame_of(passive, seq=1))
    house.take(frame_of(msgspec.structs.replace(passive, proof="experiment"), seq=2))
    decide_all(house)

    assert [outcome for outcome, _ in outcomes(house)] == ["shadow", "claim"]
    assert house.count(tables.claim_line) == 1
    house.engine.dispose()


def test_second_family_joins_the_open_line(house: House) -> None:
    """A device is swapped once: another fault of the same serial is a finding, not a line."""
    house.take(frame_of(fault(), seq=1), frame_of(fault("picture.blurred"), seq=2))
    decide_all(house)

    assert house.count(tables.claim_line) == 1
    assert {row["code"] for row in house.rows(tables.finding)} == {
        "battery.not_charging",
        "picture.blurred",
    }


def test_two_events_of_one_episode_give_one_finding(house: House) -> None:
    """Confirming a fault, before or after its decision, adds no second finding."""
    house.take(
        frame_of(fault(), seq=1),
        frame_of(fault(kind=FaultKind.CONFIRMED, episode=1), seq=2),
    )
    decide_all(house)
    house.take(frame_of(fault(kind=FaultKind.CONFIRMED, episode=1), seq=3))
    decide_all(house)

    assert house.count(tables.finding) == 1
    assert house.count(tables.decision) == 1


def test_site_without_power_is_one_incident(house: House) -> None:
    """Twelve cameras that vanish, then their agent: one incident, no claim, no task."""
    names = [device(f"cam-{i}", label_serial=f"SC-{i:04}") for i in range(12)]
    house.take(frame_of(health(*names), seq=1))
    for seq, named in enumerate(names, start=2):
        house.take(frame_of(fault("device.unreachable", of=named), seq=seq))
    house.pass_time(3)
    house.tick()
    house.pass_time(3)
    house.tick()

    (incident,) = house.rows(tables.incident)
    assert (incident["site_id"], incident["cause"]) == ("farm", "site.silent")
    assert house.count(tables.incident_member) == 12
    assert {outcome for outcome, _ in outcomes(house)} == {"incident"}
    assert house.count(tables.claim_line) == house.count(tables.task) == 0
    assert {row["standing"] for row in house.rows(tables.position)} == {"unknown"}


def test_incident_closes_when_the_agent_speaks_again(house: House) -> None:
    """The word of the agent ends the incident of its silence."""
    house.take(frame_of(health(device()), seq=1))
    house.pass_time(3)
    house.tick()
    house.pass_time(1)
    house.take(frame_of(health(device()), seq=2))
    house.tick()

    assert house.rows(tables.incident)[0]["closed_at"] == house.now
    assert house.rows(tables.agent)[0]["silent_since"] is None


def test_fault_before_the_loss_waits_for_the_site(house: House) -> None:
    """A fault that began long before the site was lost is judged when the site is back."""
    house.register("SC24010001", delivered_on=date(2025, 1, 1))
    house.take(frame_of(fault(), seq=1), frame_of(health(), seq=2))
    with house.engine.begin() as db:
        db.execute(tables.decision.update().values(due_at=house.now.replace(hour=14)))
    house.pass_time(3600)
    house.tick()  # silent: the site is lost
    house.pass_time(7200)
    house.tick()
    assert [row["state"] for row in house.rows(tables.decision)] == ["pending"]

    house.take(frame_of(health(), seq=3))
    house.pass_time(1)
    house.take(frame_of(health(), seq=4))
    house.tick()

    assert [outcome for outcome, _ in outcomes(house)] == ["claim"]


def test_most_devices_unreachable_is_an_incident(house: House) -> None:
    """Six of ten unreachable with the agent alive: the site's network, one incident."""
    names = [device(f"cam-{i}", label_serial=f"SC-{i:04}") for i in range(10)]
    house.take(frame_of(health(*names), seq=1))
    for seq, named in enumerate(names[:6], start=2):
        house.take(frame_of(fault("device.unreachable", of=named), seq=seq))
    decide_all(house)

    (incident,) = house.rows(tables.incident)
    assert incident["cause"] == "site.unreachable"
    assert house.count(tables.task) == 0

    for seq in range(2, 8):
        named = names[seq - 2]
        cleared = fault("device.unreachable", kind=FaultKind.CLEARED, episode=seq, of=named)
        house.take(frame_of(cleared, seq=seq + 100))
    house.tick()
    assert house.rows(tables.incident)[0]["closed_at"] == house.now


def test_one_device_unreachable_is_a_task(house: House) -> None:
    """One of ten: check its power and network, and the nine others are witnesses."""
    names = [device(f"cam-{i}", label_serial=f"SC-{i:04}") for i in range(10)]
    house.take(frame_of(health(*names), seq=1))
    house.take(frame_of(fault("device.unreachable", of=names[0]), seq=2))
    decide_all(house)

    ((outcome, reason),) = outcomes(house)
    assert outcome == "task"
    assert reason.startswith("check its power and network; others on the same supply and link (9)")


def test_a_deaf_collector_calls_nobody_silent(house: House) -> None:
    """While the broker is away, the silence is ours: no incident, no decision."""
    house.take(frame_of(health(device()), seq=1), frame_of(fault(), seq=2))
    house.pass_time(3600)
    house.jobs._listening_since = lambda: None
    house.tick()
    assert house.count(tables.incident) == 0

    house.jobs._listening_since = lambda: house.now
    house.tick()
    assert house.count(tables.incident) == 0


@pytest.mark.parametrize("passive_opens", [False, True])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_passive_verdict_that_tests_prove_is_one_finding(
    tmp_path: Path, *, passive_opens: bool, is_late: bool
) -> None:
    """In shadow it becomes claimable, claimed it stays one finding; and in whatever order."""
    house = House(tmp_path, with_policy(passive_opens_drafts=passive_opens))
    opened = frame_of(fault("ircut.stuck_open"), seq=1)
    proven = msgspec.structs.replace(
        fault("ircut.stuck_open", kind=FaultKind.CONFIRMED, episode=1), proof="experiment"
    )
    if is_late:
        house.take(opened)
        decide_all(house)
        before = [outcome for outcome, _ in outcomes(house)]
        assert before == ["claim" if passive_opens else "shadow"]
        house.take(frame_of(proven, seq=2))
    else:
        house.take(frame_of(proven, seq=2))
        house.take(opened)
    house.pass_time(3)
    house.take(frame_of(health(), seq=9002), frame_of(health(), seq=9002, agent_id="agent-shop"))
    house.tick()

    assert [outcome for outcome, _ in outcomes(house)] == ["claim"]
    assert house.count(tables.finding) == 1
    (episode,) = house.rows(tables.episode)
    assert episode["proof"] == "experiment"
    house.engine.dispose()
