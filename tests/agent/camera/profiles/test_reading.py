"""A device is read as its profile says, and what fails on the way is told apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.profile_file import load_profiles
from tests.agent.camera.conftest import CameraMaker
from tests.agent.camera.fake_device import MD5_OFFER, FakeDevice
from tests.agent.camera.profiles.making import made
from tests.agent.camera.raw_server import http

PROFILES = load_profiles()
(EXAMPLE,) = (profile for profile in PROFILES if profile.id == "example.vendor")
STATUS = "/vendor/status.json"
TWO = """
[match]
manufacturer = "Camhi"
priority = 1
[source.caps]
transport = "http"
request = { path = "/caps" }
format = "xml"
[source.dial]
transport = "http"
request = { path = "/dial" }
format = "kv"
only_if = { metric = "cap.cellular", equals = true }
[[metric]]
name = "cap.cellular"
from = "caps"
path = "/caps/dial"
type = "flag"
[[metric]]
name = "device.serial"
from = "caps"
path = "/caps/serial"
type = "text"
[[metric]]
name = "cellular.rsrp"
from = "dial"
path = "rsrp"
valid = [-156, -31]
"""


def digest_device() -> FakeDevice:
    """A device that lets in by WS-UsernameToken and by Digest."""
    return FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))


async def test_vendor_values_come_through_digest(make_camera: CameraMaker) -> None:
    """A camera that keeps its values behind HTTP Digest gives them under canonical names."""
    device = digest_device()
    document = {
        "battery": {"percent": 255, "millivolts": 3950, "charging": True},
        "cellular": {"rsrp_dbm": -95, "registered": "yes", "operator": "Example Mobile"},
    }
    device.pages[STATUS] = http(json.dumps(document))
    async with device.server as server:
        camera = make_camera(server.address, profiles=PROFILES)
        values = await camera.vendor_values()
        profile = await camera.vendor_profile()

    told = {name: (value.value, value.quality) for name, value in values.items()}
    assert told["battery.charge"] == (None, "unknown")
    assert told["battery.voltage"] == (3950.0, "good")
    assert told["battery.charging"] == (True, "good")
    assert told["cellular.rsrp"] == (-95.0, "good")
    assert told["cellular.registered"] == (None, "invalid")
    assert told["solar.power"] == (None, "missing")
    assert values["cellular.operator"].value == "Example Mobile"
    assert profile is not None
    assert (profile.id, profile.status, profile.hash) == (
        "example.vendor",
        "fixture-tested",
        EXAMPLE.hash,
    )


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (http("<html>"), Cause.VENDOR_UNPARSABLE),
        (http('{"battery": {"percent": NaN}}'), Cause.VENDOR_UNPARSABLE),
        (http("[" * 50_000), Cause.VENDOR_UNPARSABLE),
        (http("{}", status=503), Cause.HTTP_STATUS),
        (http(" " * 100_000), Cause.HTTP_TOO_LARGE),
    ],
)
async def test_broken_vendor_answer_has_its_cause(
    make_camera: CameraMaker, reply: bytes, cause: Cause
) -> None:
    """A broken answer is an error, not a row of missing values."""
    device = digest_device()
    device.pages[STATUS] = reply
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address, profiles=PROFILES).vendor_values()

    assert caught.value.cause is cause


async def test_camera_without_the_interface_is_unsupported(make_camera: CameraMaker) -> None:
    """404 means that this kind of camera has no battery to ask."""
    device = digest_device()
    async with device.server as server:
        values = await make_camera(server.address, profiles=PROFILES).vendor_values()

    assert {value.quality for value in values.values()} == {"unsupported"}
    assert set(values) == {metric.name for metric in EXAMPLE.metrics}


@pytest.mark.parametrize(
    ("flag", "asked", "quality"),
    [("true", True, "good"), ("false", False, "unsupported"), ("perhaps", False, None)],
)
async def test_a_gate_spares_the_question(
    make_camera: CameraMaker, tmp_path: Path, flag: str, asked: bool, quality: str | None
) -> None:
    """What the device says it lacks is not asked; what it does not say is not reported either."""
    device = digest_device()
    device.pages["/caps"] = http(f"<caps><serial>S1</serial><dial>{flag}</dial></caps>")
    device.pages["/dial"] = http("rsrp=-90\r\n")
    async with device.server as server:
        camera = make_camera(server.address, profiles=(made(tmp_path, TWO),))
        values = await camera.vendor_values()

    assert any(seen.path == "/dial" for seen in server.seen) is asked
    assert values["device.serial"].value == "S1"
    assert "cap.cellular" not in values
    rsrp = values.get("cellular.rsrp")
    assert (rsrp.quality if rsrp else None) == quality


async def test_one_source_that_fails_leaves_the_others(
    make_camera: CameraMaker, tmp_path: Path
) -> None:
    """Its metrics are failed, with the cause; the serial that another source gave stands."""
    device = digest_device()
    device.pages["/caps"] = http("<caps><serial>S1</serial><dial>true</dial></caps>")
    device.pages["/dial"] = http("x", status=503)
    async with device.server as server:
        camera = make_camera(server.address, profiles=(made(tmp_path, TWO),))
        values = await camera.vendor_values()

    assert values["device.serial"].value == "S1"
    rsrp = values["cellular.rsrp"]
    assert (rsrp.value, rsrp.quality, rsrp.cause) == (None, "failed", "http.status")


async def test_two_profiles_that_fit_alike_are_both_refused(
    make_camera: CameraMaker, tmp_path: Path
) -> None:
    """Nothing is asked, and the names of both are told."""
    (tmp_path / "a").mkdir()
    own = made(
        tmp_path / "a",
        'status = "documented"\n' + TWO.replace("priority = 1", 'firmware_range = [">=1"]'),
    )
    device = digest_device()
    async with device.server as server:
        camera = make_camera(server.address, profiles=(*PROFILES, own))
        assert await camera.vendor_values() == {}
        profile = await camera.vendor_profile()

    assert profile is not None
    assert (profile.id, profile.ambiguous) == ("", ("example.vendor", "test"))
    assert not [seen for seen in server.seen if seen.method == "GET"]


async def test_nothing_is_kept_that_names_a_sim(make_camera: CameraMaker, tmp_path: Path) -> None:
    """IMEI, IMSI and ICCID of an answer reach no transcript, in whatever form it tells them."""
    device = digest_device()
    device.pages["/caps"] = http(
        "<caps><serial>S1</serial><dial>true</dial><Imei>490154203237518</Imei></caps>"
    )
    device.pages["/dial"] = http(
        'rsrp=-90\r\nimsi=262011234567890\r\n+QCCID: 8949020000012345678\r\n"iccid":"89430"\r\n'
    )
    async with device.server as server:
        camera = make_camera(server.address, profiles=(made(tmp_path, TWO),))
        values = await camera.vendor_values()

    kept = b"".join(exchange.reply for exchange in camera.exchanges)
    assert b"rsrp=-90" in kept
    for secret in (b"490154203237518", b"262011234567890", b"8949020000012345678", b"89430"):
        assert secret not in kept
    assert values["cellular.rsrp"].value == -90.0


async def test_a_sleeping_camera_is_known_again_without_being_asked(
    make_camera: CameraMaker, tmp_path: Path
) -> None:
    """Its profile is that of the last pass; only what leaves it asleep is asked, else nothing."""
    device = digest_device()
    device.pages["/caps"] = http("<caps><serial>S1</serial><dial>true</dial></caps>")
    device.pages["/dial"] = http("rsrp=-90\r\n")
    power = '[power]\nbattery_powered = true\nsafe_while_asleep = ["caps"]\n'
    async with device.server as server:
        camera = make_camera(server.address, profiles=(made(tmp_path, TWO + power),))
        camera.stay_asleep()
        with pytest.raises(CameraError) as unknown:
            await camera.vendor_values()
        camera.start_pass()
        await camera.device_information()
        asked = device.operations.copy()
        server.seen.clear()
        camera.start_pass()
        camera.stay_asleep()
        values = await camera.vendor_values()

    assert unknown.value.cause is Cause.BUDGET
    assert device.operations == asked
    assert {seen.path for seen in server.seen} == {"/caps"}
    assert set(values) == {"device.serial"}
