"""The product's profiles for XMeye, modems and charge controllers, by their real transports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.camera.port import CameraError, Cause, VendorValue
from agent.camera.profiles.profile import Power, Profile
from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.reading import read_vendor_values
from agent.camera.profiles.transport import Reach
from simulator.dvrip import DvripServer, DvripState
from simulator.dvrip_wire import DvripFault
from tests.agent.camera.transports.conftest import PASSWORD, reach_of, serial_device
from tests.agent.camera.transports.test_command import program, write
from tests.agent.camera.transports.test_modbus import tcp_server
from tests.agent.camera.transports.test_serial_at import ANSWERS
from tests.agent.camera.transports.test_vedirect import FIELDS, block

__all__ = ["program"]
PROFILES = {profile.id: profile for profile in load_profiles()}


async def read(name: str, reach: Reach) -> Mapping[str, VendorValue]:
    """One reading by a shipped profile."""
    return await read_vendor_values(reach.door, PROFILES[name])


def good(values: Mapping[str, VendorValue]) -> dict[str, Any]:
    """What was read, by name."""
    return {name: value.value for name, value in values.items() if value.quality == "good"}


@pytest.mark.parametrize(
    ("changes", "expected", "unknown"),
    [
        pytest.param(
            {"percent": 63, "electable": 1},
            {"battery.charge": 63.0, "battery.charging": True, "battery.state": "charging"},
            {"battery.source"},
            id="charging",
        ),
        pytest.param(
            {"percent": 20, "electable": 3},
            {"battery.charge": 20.0},
            {"battery.charging", "battery.state", "battery.source"},
            id="gauge not ready",
        ),
        pytest.param(
            {"percent": -1, "electable": 0},
            {"battery.source": "dc", "battery.charging": False, "battery.state": "discharging"},
            {"battery.charge"},
            id="on mains",
        ),
    ],
)
async def test_xmeye(changes: dict[str, Any], expected: dict[str, Any], unknown: set[str]) -> None:
    """Battery and polarity come as the camera tells them; what it does not know stays unknown."""
    async with DvripServer(DvripState(password=PASSWORD, ircut_swap=1, **changes)) as server:
        values = await read("xmeye.dvrip", reach_of("127.0.0.1", vendor_port=server.port))

    assert good(values) == {
        "ir.swap": True,
        "device.serial": "6b35c1f0aa97d2e4",
        "device.firmware": "V4.03.R11.C6380178.12201.142300.0000000",
        "device.hardware": "XM530V300_X6-WEQ_8M",
        "device.uptime": 1441 * 60.0,
        **expected,
    }
    assert {name for name, value in values.items() if value.quality == "unknown"} == unknown
    assert server.state.logins == [True]


@pytest.mark.parametrize("promises", [False, True])
async def test_xmeye_without_a_battery(promises: bool) -> None:
    """A camera on mains says no, or yes and nothing more: unsupported, and the rest is read."""
    state = DvripState(password=PASSWORD, has_battery=False, promises_battery=promises)
    async with DvripServer(state) as server:
        values = await read("xmeye.dvrip", reach_of("127.0.0.1", vendor_port=server.port))

    assert values["battery.charge"].quality == "unsupported"
    assert good(values)["ir.swap"] is False


async def test_xmeye_wrong_password_ends_the_reading() -> None:
    """Three sources and a wrong password: one login, one named cause."""
    async with DvripServer(DvripState(password="another")) as server:
        reach = reach_of("127.0.0.1", vendor_port=server.port)
        with pytest.raises(CameraError) as caught:
            await read("xmeye.dvrip", reach)

    assert caught.value.cause is Cause.LOGIN_REFUSED
    assert server.state.logins == [False]
    assert reach.door.transcript.tally.login_attempts == 1


async def test_xmeye_that_wakes_is_asked_again() -> None:
    """Commands fail for some seconds after a wake-up; within the profile's grace they are repeated.

    Without a grace they are failed values, and never wrong ones.
    """
    async with DvripServer(DvripState(password=PASSWORD, wakes_for=1)) as server:
        waking = await read("xmeye.dvrip", reach_of("127.0.0.1", vendor_port=server.port))
        at_once = replace(PROFILES["xmeye.dvrip"], power=Power())
        reach = reach_of("127.0.0.1", vendor_port=server.port)
        impatient = await read_vendor_values(reach.door, at_once)

    assert waking["device.serial"].quality == "good"
    assert impatient["device.serial"].quality == "failed"
    assert impatient["battery.charge"].quality == "good"
    assert server.state.logins == [True, True]


async def test_xmeye_that_echoes_the_login_puts_it_into_no_evidence() -> None:
    """What the device sends back of our login is masked wherever it is kept."""
    state = DvripState(password=PASSWORD, faults={DvripFault.ECHOES_LOGIN})
    async with DvripServer(state) as server:
        reach = reach_of("127.0.0.1", vendor_port=server.port)
        await read("xmeye.dvrip", reach)

    evidence = b"".join(exchange.reply for exchange in reach.door.transcript.exchanges)
    assert b"PassWord" in evidence
    assert json.loads(state.last_login.rstrip(b"\x00\n"))["PassWord"].encode() not in evidence


def modem(line: bytes) -> bytes:
    """A registered Quectel modem."""
    more = {
        b"AT+CEREG?": b"\r\n+CEREG: 0,1\r\n\r\nOK\r\n",
        b"AT+CPIN?": b"\r\n+CPIN: READY\r\n\r\nOK\r\n",
        b"AT+CGMM": b"\r\nEC25\r\n\r\nOK\r\n",
        b"AT+QRSRP": b"\r\n+QRSRP: -104,-140,-32768,-32768,LTE\r\n\r\nOK\r\n",
    }
    return (ANSWERS | more).get(line, b"\r\nERROR\r\n") if line else b""


async def test_quectel() -> None:
    """Signal, cell, registration and SIM of a modem on a serial port."""
    pytest.importorskip("serial", reason="pyserial is not installed")
    with serial_device(modem) as port:
        values = await read("gateway.quectel", reach_of(serial_port=port))

    assert good(values) == {
        "cellular.rsrp": -104.0,
        "cellular.rsrq": -12.0,
        "cellular.rssi": -79.0,
        "cellular.cell": "1A2D001",
        "cellular.band": "3",
        "cellular.tech": "LTE",
        "cellular.registered": True,
        "cellular.sim": "ready",
        "cellular.state": "NOCONN",
        "cellular.antenna_1_rsrp": -104.0,
        "cellular.antenna_2_rsrp": -140.0,
        "device.model": "EC25",
    }


@pytest.mark.parametrize(
    ("command", "answer", "name", "quality"),
    [
        (b"AT+CSQ", b"+CSQ: 99,99", "cellular.rssi", "unknown"),
        (b"AT+CEREG?", b"+CEREG: 0,4", "cellular.registered", "unknown"),
        (
            b'AT+QENG="servingcell"',
            ANSWERS[b'AT+QENG="servingcell"'].split(b"\n")[1].replace(b"-104,-12", b"-,-"),
            "cellular.rsrp",
            "unknown",
        ),
        (b'AT+QENG="servingcell"', b'+QENG: "servingcell","SEARCH"', "cellular.rsrp", "missing"),
    ],
)
async def test_quectel_that_does_not_know(
    command: bytes, answer: bytes, name: str, quality: str
) -> None:
    """Sentinels of a modem are unknown, and a search for a cell is no signal at all."""
    pytest.importorskip("serial", reason="pyserial is not installed")

    def searching(line: bytes) -> bytes:
        return b"\r\n" + answer + b"\r\n\r\nOK\r\n" if line == command else modem(line)

    with serial_device(searching) as port:
        values = await read("gateway.quectel", reach_of(serial_port=port))

    assert values[name].quality == quality


@pytest.mark.parametrize(
    ("answer", "sim"),
    [(b"+CME ERROR: 10", "missing"), (b"+CME ERROR: SIM not inserted", "missing"),
     (b"+CME ERROR: 11", "pin"), (b"+CME ERROR: 13", None)],
)  # fmt: skip
async def test_quectel_without_a_sim(answer: bytes, sim: str | None) -> None:
    """What a modem calls an error is its answer about the SIM; one that says too little is none."""
    pytest.importorskip("serial", reason="pyserial is not installed")

    def without(line: bytes) -> bytes:
        return b"\r\n" + answer + b"\r\n" if line == b"AT+CPIN?" else modem(line)

    with serial_device(without) as port:
        values = await read("gateway.quectel", reach_of(serial_port=port))

    assert values["cellular.sim"].value == sim


async def test_epever() -> None:
    """Frost, discharge and the word order of the controller come out right."""
    pytest.importorskip("pymodbus", reason="pymodbus is not installed")
    async with tcp_server() as port:
        values = await read("charger.epever", reach_of("127.0.0.1", vendor_port=port))

    assert good(values) == {
        "solar.voltage": 17950.0,
        "solar.current": 0.0,
        "solar.power": 25000.0,
        "battery.voltage": 13120.0,
        "battery.temperature": -3.5,
        "battery.charge": 0.0,
        "battery.current": -1500.0,
        "battery.charging": False,
        "charger.state": "off",
        "charger.fault": "none",
        "solar.energy_today": 0.0,
    }


async def test_victron() -> None:
    """A bulk charge on a VE.Direct line."""
    pytest.importorskip("serial", reason="pyserial is not installed")
    content = block(FIELDS)
    with serial_device(lambda line: content) as port:
        values = await read("charger.victron", reach_of(serial_port=port))

    assert good(values) == {
        "battery.voltage": 13120.0,
        "battery.current": -1500.0,
        "battery.charging": True,
        "solar.voltage": 17950.0,
        "solar.power": 25000.0,
        "charger.state": "bulk",
        "charger.fault": "none",
        "solar.energy_today": 120000.0,
        "device.serial": "HQ2132ABCDE",
        "device.firmware": "161",
        "device.model": "0xA053",
    }


SIGNAL = {
    "modem": {
        "signal": {
            "5g": {"rsrp": "--", "rsrq": "--", "snr": "--"},
            "lte": {"rsrp": "-82.00", "rsrq": "-11.00", "rssi": "-55.00", "snr": "12.40"},
        }
    }
}
MODEM = {
    "modem": {
        "3gpp": {
            "imei": "860425040000012",
            "operator-name": "Example Net",
            "registration-state": "home",
        },
        "generic": {
            "access-technologies": ["lte"],
            "equipment-identifier": "860425040000012",
            "model": "EM12-G",
            "own-numbers": ["+49170000001"],
            "revision": "EM12GPAR01A20M4G",
            "sim": "/org/freedesktop/ModemManager1/SIM/0",
            "state": "connected",
            "state-failed-reason": "--",
        },
    }
}


def play(folder: Path, signal: object, state: object) -> None:
    """An mmcli that answers so."""
    (folder / "signal.json").write_text(json.dumps(signal))
    (folder / "modem.json").write_text(json.dumps(state))
    script = (
        f'case "$*" in *signal-get*) cat {folder}/signal.json;; *) cat {folder}/modem.json;; esac'
    )
    write(folder, "mmcli", script)


async def test_modemmanager(program: Path) -> None:
    """Signal and state of this machine's modem; who its subscriber is stays out of the evidence."""
    play(program, SIGNAL, MODEM)
    reach = reach_of()
    values = await read("gateway.modemmanager", reach)

    assert good(values) == {
        "cellular.rsrp": -82.0,
        "cellular.rsrq": -11.0,
        "cellular.sinr": 12.4,
        "cellular.rssi": -55.0,
        "cellular.registered": True,
        "cellular.operator": "Example Net",
        "cellular.state": "connected",
        "cellular.session": True,
        "cellular.sim": "ready",
        "cellular.tech": "lte",
        "device.model": "EM12-G",
        "device.firmware": "EM12GPAR01A20M4G",
    }
    kept = b"".join(exchange.reply for exchange in reach.door.transcript.exchanges)
    assert b"860425040000012" not in kept
    assert b"49170000001" not in kept


async def test_modemmanager_before_its_set_up(program: Path) -> None:
    """Before anybody asked ModemManager to measure, all figures are unknown; no SIM is told."""
    nothing = {
        "modem": {
            "signal": {
                name: dict.fromkeys(("rsrp", "rsrq", "rssi", "snr"), "--") for name in ("lte", "5g")
            }
        }
    }
    absent = {
        "modem": {
            "3gpp": {"registration-state": "--", "operator-name": "--"},
            "generic": {
                "state": "failed",
                "state-failed-reason": "sim-missing",
                "sim": "--",
                "model": "EM12-G",
            },
        }
    }
    play(program, nothing, absent)
    values = await read("gateway.modemmanager", reach_of())

    unknown = {name for name, value in values.items() if value.quality == "unknown"}
    assert {"cellular.rsrp", "cellular.rsrq", "cellular.sinr", "cellular.rssi"} <= unknown
    assert good(values)["cellular.sim"] == "missing"


async def test_uqmi(program: Path) -> None:
    """The same by uqmi, and its word that it knows nothing."""
    script = (
        'case "$*" in *signal*) echo \'{"type":"lte","rssi":-61,"rsrq":-9,"rsrp":-93,"snr":8.4}\';;'
        ' *) echo \'{"registration":"registered","plmn_description":"Example Net"}\';; esac'
    )
    write(program, "uqmi", script)
    values = await read("gateway.uqmi", reach_of(serial_port="/dev/cdc-wdm0"))
    write(program, "uqmi", "echo '\"Information unavailable\"'")
    silent = await read("gateway.uqmi", reach_of(serial_port="/dev/cdc-wdm0"))

    assert good(values) == {
        "cellular.rsrp": -93.0,
        "cellular.rsrq": -9.0,
        "cellular.rssi": -61.0,
        "cellular.sinr": 8.4,
        "cellular.tech": "lte",
        "cellular.registered": True,
        "cellular.operator": "Example Net",
    }
    assert good(silent) == {}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_gateways_are_chosen_by_name_alone(profile: Profile) -> None:
    """No profile that reads this machine can ever be chosen by what a camera says of itself."""
    local = {"serial_at", "command", "vedirect"}
    if local & {source.transport.value for source in profile.sources.values()}:
        assert profile.match.manufacturer == "(?!)"
        assert profile.match.hint == ""
