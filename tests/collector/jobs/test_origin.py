"""The suggested origin of a line: made, renewed, frozen, decided; on a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from collector import left_alone, suggest_origin
from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, LineState
from collector.claims.origin.kinds import Origin
from collector.review import move_line
from collector.store import cases, origins, tables
from shared.device import Alias, AliasKind, DeviceFacts
from tests.collector.house import NOON, House, device, fault, frame_of, health

SHOP = "agent-shop"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with two sites."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def settle(house: House, seconds: float = 3) -> None:
    """Let the holds pass while the agents keep speaking."""
    house.pass_time(seconds)
    house.take(frame_of(health(), seq=9001), frame_of(health(), seq=9001, agent_id=SHOP))
    house.tick()


def body(house: House, line: int = 1) -> dict[str, object]:
    """The suggestion that stands at a line."""
    with house.engine.begin() as db:
        kept = origins.find(db, line)
    assert kept is not None
    found: dict[str, object] = json.loads(kept.body)
    return found


def signals(house: House, line: int = 1) -> set[str]:
    """The signals that were found."""
    return {one["signal"] for one in body(house, line)["reasons"]}  # type: ignore[attr-defined]


def events(house: House, kind: str) -> list[dict[str, object]]:
    """Events of this kind, oldest first, with what they say."""
    return [
        json.loads(str(row["payload_json"]))
        for row in house.rows(tables.claim_event)
        if row["type"] == kind
    ]


def camera(number: int, **facts: object) -> DeviceFacts:
    """A camera with a serial and a name of its own."""
    return device(
        f"cam-{number}",
        label_serial=f"SC24{number:06}",
        aliases=(Alias(AliasKind.ONVIF_SERIAL, f"O-{number:06}"),),
        **facts,
    )


def break_down(house: House, *numbers: int, code: str, agent_id: str = "agent-farm") -> None:
    """These cameras show the fault now."""
    for number in numbers:
        house.take(frame_of(fault(code, of=camera(number)), seq=number, agent_id=agent_id))


def test_made_when_a_line_opens_and_renewed_when_more_is_known(house: House) -> None:
    """The first of a lot says little; once others of the lot failed at two sites, it is the lot."""
    for number in (1, 2, 3, 4):
        house.register(f"SC24{number:06}", delivered_on=(NOON - timedelta(days=20)).date())
    with house.engine.begin() as db:  # each came by itself, so that no shipment explains it
        db.execute(update(tables.unit).values(delivery_proof=tables.unit.c.serial))
    break_down(house, 1, code="mainboard.flash_error")
    settle(house)
    assert body(house)["origin"] == "undetermined"
    assert "early" in signals(house)
    assert {one["signal"] for one in body(house)["not_known"]} >= {
        "updated",
        "version_above_others",
    }

    break_down(house, 2, code="mainboard.flash_error")
    break_down(house, 3, 4, code="mainboard.flash_error", agent_id=SHOP)
    settle(house)
    assert body(house)["origin"] == "undetermined"  # looked at again when its time has come
    settle(house, 7 * 3600)

    assert body(house)["origin"] == "factory"
    assert "early_peers" in signals(house)
    told = [one for one in events(house, "origin_suggested") if one["version"] == 2]
    assert {one["origin"] for one in told} == {"factory"}
    with house.engine.begin() as db:
        assert first_break(cases.chain_of(db, 1)) is None


def test_unchanged_suggestions_are_told_once(house: House) -> None:
    """Looking again and again at the same facts writes one event."""
    break_down(house, 1, code="mainboard.flash_error")
    for _ in range(3):
        settle(house, 7 * 3600)

    assert [one["version"] for one in events(house, "origin_suggested")] == [1]


def test_frozen_at_submission(house: House) -> None:
    """After submission nothing that becomes known changes what was suggested."""
    break_down(house, 1, code="mainboard.flash_error")
    settle(house)
    before = body(house)
    with house.engine.begin() as db:
        for target in (LineState.READY, LineState.SUBMITTED):
            move_line(
                db, line_id=1, target=target, actor="ina", role=Actor.INTEGRATOR, reason="x",
                now=house.now,
            )  # fmt: skip
    house.register("SC24000001", delivered_on=NOON.date())
    break_down(house, 101, code="picture.moved")
    settle(house, 7 * 3600)

    assert body(house) == before
    with house.engine.begin() as db:
        assert not suggest_origin.renew(db, 1, policy=house.policy, now=house.now)


def test_engineer_decides_otherwise_and_again(house: House) -> None:
    """Each decision is an event and a row; the newest holds, and the suggestion stays as it was."""
    break_down(house, 1, code="mainboard.flash_error")
    settle(house)

    def decide(origin: Origin, reason: str) -> bool:
        with house.engine.begin() as db:
            return suggest_origin.decide_origin(
                db, line_id=1, decided=origin, reason=reason, actor="erin", role=Actor.ENGINEER,
                now=house.now,
            )  # fmt: skip

    with pytest.raises(suggest_origin.ReasonNeededError):
        decide(Origin.USER, "")
    assert decide(Origin.USER, "dent in the housing")
    assert not decide(Origin.USER, "dent in the housing")
    assert decide(Origin.FACTORY, "solder joint, see X-ray")
    settle(house, 7 * 3600)

    rows = house.rows(tables.origin_decision)
    assert [(row["suggested"], row["decided"]) for row in rows] == [
        ("undetermined", "user"),
        ("undetermined", "factory"),
    ]
    assert [one.get("before") for one in events(house, "origin_decided")] == [None, "user"]
    with house.engine.begin() as db:
        holds = origins.newest(db, 1)
        assert holds is not None and holds.decided is Origin.FACTORY
        assert first_break(cases.chain_of(db, 1)) is None
    assert [one["version"] for one in events(house, "origin_suggested")] == [1]


def test_bump_before_the_fault(house: House) -> None:
    """A camera that was moved three hours before it lost focus was bumped."""
    house.take(frame_of(health(camera(1)), seq=50))
    house.pass_time(40 * 86_400)
    house.take(frame_of(fault("picture.moved", of=camera(1)), seq=60))
    house.pass_time(3 * 3600)
    house.take(frame_of(fault("picture.blurred", of=camera(1)), seq=61))
    settle(house)

    assert body(house)["origin"] == "user"
    assert "bumped" in signals(house)


def test_several_devices_dead_at_once(house: House) -> None:
    """Three devices of a site go silent in one minute and stay silent: the environment."""
    for number in range(1, 10):
        house.take(frame_of(health(camera(number)), seq=50 + number))
    house.pass_time(40 * 86_400)
    break_down(house, 1, 2, 3, code="cellular.modem_dead")
    house.pass_time(30 * 3600)
    settle(house)

    assert body(house)["origin"] == "environment"
    assert "struck" in signals(house)


def test_update_just_before(house: House) -> None:
    """Firmware history is kept: what ran before, since when, and what an exchange begins anew."""
    house.take(frame_of(health(camera(1, firmware="1.0")), seq=50))
    house.pass_time(9 * 86_400)
    house.take(frame_of(health(camera(1, firmware="1.1")), seq=51))
    house.take(frame_of(health(camera(1, firmware="1.1")), seq=52))
    house.pass_time(3600)
    house.take(frame_of(fault("mainboard.flash_error", of=camera(1, firmware="1.1")), seq=53))
    settle(house)

    assert "updated" in signals(house)
    other = device(
        "cam-1", label_serial="SC24000077", firmware="1.1",
        aliases=(Alias(AliasKind.ONVIF_SERIAL, "O-77"),),
    )  # fmt: skip
    house.take(frame_of(health(other), seq=54))
    rows = [row for row in house.rows(tables.firmware_change) if row["position_id"] is not None]
    assert [(row["from_version"], row["to_version"]) for row in rows] == [
        ("", "1.0"),
        ("1.0", "1.1"),
        ("", "1.1"),
    ]


def test_recorder_firmware_is_kept_too(house: House) -> None:
    """What a fault event says of the recorder, once a change."""
    break_down(house, 1, code="mainboard.flash_error")
    break_down(house, 2, code="mainboard.flash_error")
    rows = [row for row in house.rows(tables.firmware_change) if row["position_id"] is None]

    assert [(row["from_version"], row["to_version"]) for row in rows] == [("", "NVR 4.2.1")]


def test_the_device_before_had_it_too(house: House) -> None:
    """An exchanged device that fails like the one before it speaks against the place."""
    break_down(house, 1, code="mainboard.reboot_loop")
    house.pass_time(86_400)
    after = device(
        "cam-1", label_serial="SC24000077", aliases=(Alias(AliasKind.ONVIF_SERIAL, "O-77"),)
    )
    house.take(frame_of(health(after), seq=60))
    house.pass_time(40 * 86_400)
    house.take(frame_of(fault("mainboard.reboot_loop", of=after), seq=61))
    settle(house)

    assert "predecessor" in signals(house, 2)


def test_cell_with_siblings_down(house: House) -> None:
    """Three cameras on one cell lose the network within a day: the operator."""
    for number in (1, 2, 3):
        house.take(frame_of(health(camera(number)), seq=50 + number))
    with house.engine.begin() as db:
        for position in (1, 2, 3):
            for name, value in (("cellular.operator", "Net"), ("cellular.cell", "0A1B")):
                db.execute(
                    insert(tables.reading_latest).values(
                        position_id=position, organisation_id="north", name=name,
                        value_json=json.dumps(value), unit="", quality="good", taken_at=NOON,
                        received_at=NOON,
                    )
                )  # fmt: skip
    house.pass_time(86_400)
    break_down(house, 2, 3, code="cellular.not_registered")
    break_down(house, 1, code="cellular.modem_dead")
    settle(house)

    assert body(house)["origin"] == "operator"
    assert "cell_down" in signals(house)


@pytest.mark.parametrize(
    ("said", "days", "signal"),
    [
        pytest.param("film, focus", 0, "refused", id="refused"),
        pytest.param("accepted", 0, "accepted", id="accepted"),
        pytest.param("film, focus", -30, "", id="of a device before this one"),
    ],
)
def test_acceptance_as_the_agent_told_it(house: House, said: str, days: int, signal: str) -> None:
    """What the fitter's acceptance came to counts for the device that it was about."""
    house.take(frame_of(health(camera(1)), seq=50))
    with house.engine.begin() as db:
        db.execute(
            insert(tables.reading_latest).values(
                position_id=1, organisation_id="north", name="acceptance.result",
                value_json=json.dumps(said), unit="", quality="good",
                taken_at=NOON + timedelta(days=days), received_at=NOON,
            )
        )  # fmt: skip
    house.pass_time(3600)
    break_down(house, 1, code="picture.blurred")
    settle(house)

    assert signals(house) & {"refused", "accepted"} == ({signal} if signal else set())


@pytest.mark.parametrize(
    ("level", "found"), [("power", True), ("uplink", True), ("recorder", False)]
)
def test_power_that_failed_again_and_again(house: House, level: str, found: bool) -> None:
    """Each loss of a site's power or uplink counts, in however few incidents; a recorder's not."""
    losses = [(NOON - timedelta(days=days)).isoformat() for days in (20, 9, 3)]
    with house.engine.begin() as db:
        db.execute(
            insert(tables.incident).values(
                organisation_id="north", site_id="farm", cause=f"{level}.lost", text_en="lost",
                text_zh="中断", opened_at=NOON - timedelta(days=20), closed_at=NOON, level=level,
                root=f"{level}:mains", losses_json=json.dumps(losses),
            )
        )  # fmt: skip
    break_down(house, 1, code="mainboard.reboot_loop")
    settle(house)

    assert ("outages" in signals(house)) is found


def test_a_line_that_fails_holds_up_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One suggestion that raises is left out for a while; claims and other suggestions go on."""
    break_down(house, 1, 2, code="mainboard.flash_error")
    real = suggest_origin.gather

    def gather(db: object, subject: object, **rest: object) -> object:
        if subject.line_id == 1:  # type: ignore[attr-defined]
            raise ValueError("broken")
        return real(db, subject, **rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(suggest_origin, "gather", gather)
        settle(house)
        settle(house)

    assert house.count(tables.claim_line) == 2
    assert [row["line_id"] for row in house.rows(tables.origin_suggestion)] == [2]
    house.pass_time(left_alone.FOR.total_seconds())
    house.tick()
    assert {row["line_id"] for row in house.rows(tables.origin_suggestion)} == {1, 2}


def test_shipment_that_arrived_dead(house: House) -> None:
    """Four units of one delivery slip are faulty at first contact: transport."""
    for number in (1, 2, 3, 4, 5, 6):
        house.register(f"SC24{number:06}", delivered_on=date(2026, 2, 20))
    with house.engine.begin() as db:
        db.execute(
            update(tables.unit)
            .where(tables.unit.c.serial.in_(["SC24000005", "SC24000006"]))
            .values(delivery_proof="other slip")
        )
    break_down(house, 1, 2, 3, 4, code="mainboard.component_failed")
    settle(house)
    settle(house, 7 * 3600)

    assert "shipment" in signals(house)
    assert body(house)["origin"] == "transport"
    assert body(house)["on_arrival"] is True
