"""Recordings: taken from devices by the command line, without a secret, and read again."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from agent.camera.port import Cause
from agent.camera.profiles.dvrip.frame import hash_password
from agent.exit_code import DONE, FOUND, UNUSABLE
from agent.record.device_recording import Answer, DeviceRecording, encode
from agent.record.fields import Private
from agent.record.words import KINDS
from simulator.dvrip import DvripServer, DvripState
from simulator.dvrip_wire import DvripFault
from tests.agent.camera.fake_device import MD5_OFFER, PASSWORD, USER, FakeDevice
from tests.agent.camera.raw_server import http
from tests.agent.test_profile_command import call, login
from tests.recordings import values_in

__all__ = ["login"]
SERIAL = "6b35c1f0aa97d2e4"
SECRETS = {
    "imei": "490154203237518",
    "imsi": 262073900000007,
    "iccid": "8949020000012345678",
    "phone": "+491700000001",
    "wifi": {"ssid": "Smith family", "psk": "hunter2hunter2"},
    "gps": {"lat": 47.37689, "lon": 8.54169},
    "mac": "3C:78:95:1A:2B:3C",
    "serialNumber": SERIAL,
    "note": f"unit {SERIAL} at 3c-78-95-1a-2b-3c, {PASSWORD}",
}
PLANTED = (
    *("490154203237518", "262073900000007", "8949020000012345678", "491700000001"),
    *("Smith family", "hunter2hunter2", "47.37689", "8.54169", "3C:78:95:1A:2B:3C", SERIAL),
    *("3c-78-95-1a-2b-3c", PASSWORD),
)


def vendor_device() -> FakeDevice:
    """A camera whose status page tells far too much."""
    device = FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))
    battery = {"percent": 63, "millivolts": 3950, "charging": True}
    device.pages["/vendor/status.json"] = http(json.dumps({"battery": battery, "about": SECRETS}))
    return device


async def test_a_recording_names_nobody_and_reads_as_the_device(
    login: tuple[str, ...], tmp_path: Path
) -> None:
    """Nothing planted is in the file, and the profile reads in it what it read of the device."""
    path = tmp_path / "camera.json"
    async with vendor_device().server as server:
        where = (server.address, *login)
        code, told = await asyncio.to_thread(
            call, "profile", "record", *where, "--profile", "example.vendor", "-o", str(path)
        )
        _, tried = await asyncio.to_thread(
            call, "profile", "try", "example.vendor", *where, "--json"
        )
    written = path.read_text()
    again, replayed = call("profile", "try", "example.vendor", "--recording", str(path), "--json")

    assert code == again == DONE
    assert [secret for secret in PLANTED if secret.casefold() in written.casefold()] == []
    assert json.loads(replayed)["values"] == json.loads(tried)["values"]
    assert values_in(path)["battery.charge"].value == 63.0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {one["name"] for one in json.loads(written)["onvif"]} >= {"GetDeviceInformation"}
    for kind in (
        Private.SECRET,
        Private.SUBSCRIBER,
        Private.NETWORK,
        Private.PLACE,
        Private.SERIAL,
    ):
        assert KINDS[kind.value].en in told


async def test_nothing_is_overwritten_and_the_device_not_asked_in_vain(
    login: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that exists stays as it is; the device is not even connected to."""
    path = tmp_path / "camera.json"
    path.write_text("mine")
    device = vendor_device()
    async with device.server as server:
        code, _ = await asyncio.to_thread(
            call, "profile", "record", server.address, *login, "-o", str(path)
        )
        connections = server.connections

    assert (code, path.read_text(), connections) == (UNUSABLE, "mine", 0)
    assert "never overwritten" in capsys.readouterr().err


async def test_a_directory_that_is_not_there_is_told_before_the_device_is_asked(
    login: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A battery camera is not woken, and no login spent, for a file that cannot be written."""
    device = vendor_device()
    async with device.server as server:
        code, _ = await asyncio.to_thread(
            *(call, "profile", "record", server.address, *login),
            *("-o", str(tmp_path / "gone" / "camera.json")),
        )
        connections = server.connections

    assert (code, connections) == (UNUSABLE, 0)
    assert "cannot be written" in capsys.readouterr().err


async def test_an_xmeye_camera_is_recorded(login: tuple[str, ...], tmp_path: Path) -> None:
    """By DVRIP and without ONVIF; an echo of the login leaves no trace of the password's hash."""
    path = tmp_path / "xmeye.json"
    state = DvripState(user=USER, password=PASSWORD, percent=63, electable=1)
    state.faults.add(DvripFault.ECHOES_LOGIN)
    async with DvripServer(state) as server:
        options = ("--vendor-port", str(server.port), "--no-onvif", "--profile", "xmeye.dvrip")
        code, _ = await asyncio.to_thread(
            call, "profile", "record", "127.0.0.1", *login, *options, "-o", str(path)
        )
    values = values_in(path)

    assert code == DONE
    assert values["battery.charge"].value == 63.0
    assert values["device.uptime"].value == 1441 * 60.0
    assert len(str(values["device.serial"].value)) == len(state.serial)
    for secret in (state.serial, PASSWORD, hash_password(PASSWORD)):
        assert secret not in path.read_text()
    assert state.logins == [True]


async def test_a_refused_login_ends_it_and_writes_nothing(
    login: tuple[str, ...], tmp_path: Path
) -> None:
    """One attempt, a cause, and no file that would look like a recording."""
    path = tmp_path / "xmeye.json"
    async with DvripServer(DvripState(user=USER, password="another")) as server:
        options = ("--vendor-port", str(server.port), "--no-onvif", "--profile", "xmeye.dvrip")
        code, _ = await asyncio.to_thread(
            call, "profile", "record", "127.0.0.1", *login, *options, "-o", str(path)
        )

    assert code == FOUND
    assert not path.exists()
    assert server.state.logins == [False]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{}", "is no recording"),
        ('{"preclaim_recording": 99, "profile": "a", "profile_hash": "b"}', "another version"),
        ("no", "is no recording"),
    ],
)
def test_what_is_no_recording_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    """A foreign file, a newer one and a missing one end with a sentence, not with a traceback."""
    path = tmp_path / "x.json"
    path.write_text(content)

    assert call("profile", "try", "xmeye.dvrip", "--recording", str(path))[0] == UNUSABLE
    assert says in capsys.readouterr().err
    assert call("profile", "try", "xmeye.dvrip", "--recording", f"{path}.no")[0] == UNUSABLE
    assert call("profile", "try", "xmeye.dvrip")[0] == UNUSABLE


def test_failed_answers_replay_as_failures(tmp_path: Path) -> None:
    """What the device refused, lacked or cut off is no value in the replay either."""
    answers: list[Any] = [
        Answer(name="system", outcome=Cause.DEADLINE.value, detail="late"),
        Answer(name="battery", outcome=Cause.VENDOR_UNSUPPORTED.value),
        Answer(name="camera", outcome="ok", body='{"Camera.Param": [{"IrcutSwap": 1'),
    ]
    recording = DeviceRecording(
        preclaim_recording=1, profile="xmeye.dvrip", profile_hash="x", answers=tuple(answers)
    )
    path = tmp_path / "r.json"
    path.write_text(encode(recording))
    values = values_in(path)

    assert values["device.serial"].cause == Cause.DEADLINE.value
    assert values["battery.charge"].quality == "unsupported"
    assert values["ir.swap"].quality == "failed"


def test_every_kind_is_told_in_both_languages() -> None:
    """No kind of masked value is without its words."""
    assert set(KINDS) == {kind.value for kind in Private}
