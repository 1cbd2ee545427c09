"""Firmware profiles: who they fit, what their values mean, and how mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path

import jmespath
import pytest

from agent.camera.port import CameraError, Cause, DeviceInformation
from agent.camera.profile import UNITS, Field, Profile, choose, extract
from agent.camera.profile_file import (
    Problem,
    ProfileError,
    load_profiles,
    parse_profile,
    shipped_directory,
)
from tests.agent.camera.conftest import CameraMaker
from tests.agent.camera.fake_device import MD5_OFFER, FakeDevice
from tests.agent.camera.raw_server import http

SHIPPED = shipped_directory()
STATUS = "/vendor/status.json"


def information(manufacturer: str, model: str, firmware: str) -> DeviceInformation:
    """What a device says it is."""
    return DeviceInformation(
        manufacturer=manufacturer, model=model, firmware=firmware, serial="1", hardware_id=None
    )


def profile(name: str, **match: object) -> Profile:
    """A profile without requests."""
    problems: list[Problem] = []
    made = parse_profile(
        {"schema": 1, "id": name, "match": match}, file=f"{name}.toml", problems=problems
    )
    assert made is not None
    assert problems == []
    return made


def field(**changes: object) -> Field:
    """A charge field."""
    known: dict[str, object] = {
        "name": "battery.charge",
        "source": "status",
        "path": jmespath.compile("battery.percent"),
        "type": "number",
        "scale": 1.0,
        "range": (0.0, 100.0),
        "unknown": (255,),
    }
    return Field(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "value", "quality"),
    [
        pytest.param({"percent": 80}, 80.0, "good", id="value"),
        pytest.param({"percent": 0}, 0.0, "good", id="zero is a value"),
        pytest.param({"percent": 255}, None, "unknown", id="gauge not ready"),
        pytest.param({"percent": 101}, None, "invalid", id="off scale"),
        pytest.param({"percent": "80"}, None, "invalid", id="text for a number"),
        pytest.param({"percent": True}, None, "invalid", id="flag for a number"),
        pytest.param({"percent": [80]}, None, "invalid", id="list"),
        pytest.param({"percent": None}, None, "missing", id="null"),
        pytest.param({}, None, "missing", id="absent"),
        pytest.param([], None, "missing", id="other shape"),
    ],
)
def test_four_outcomes_stay_apart(raw: object, value: float | None, quality: str) -> None:
    """Value, unknown, missing and invalid are told apart; none is guessed."""
    found = extract(field(), {"battery": raw})

    assert (found.value, found.quality, found.unit) == (value, quality, "%")
    assert quality == "missing" or json.loads(found.raw) == raw["percent"]  # type: ignore[index]


def test_scale_comes_before_range() -> None:
    """Range is in the canonical unit."""
    assert extract(field(scale=0.1), {"battery": {"percent": 800}}).value == 80.0


@pytest.mark.parametrize(
    ("firmware", "fits"),
    [
        ("V5.7.13 build 230706", True),
        ("V5.7.13", True),
        ("V5.7.2 build 220101", False),
        ("V5.10.0", True),
        ("V6.0.0", False),
        ("unreadable", False),
        ("", False),
    ],
)
def test_firmware_is_compared_as_numbers(firmware: str, fits: bool) -> None:
    """5.10 is newer than 5.7.13, and what the pattern cannot read does not fit."""
    made = profile(
        "x",
        firmware_version=r"V(\d+)\.(\d+)\.(\d+)",
        firmware_at_least="5.7.13",
        firmware_below="6",
    )

    assert (choose([made], information("A", "B", firmware)) is made) is fits


def test_most_specific_profile_wins_and_twins_are_refused() -> None:
    """Priority, then the longer model pattern; two equals give none."""
    general, special = profile("g", model="SC"), profile("s", model="SC-4G")
    device = information("A", "SC-4G-20", "1.0.0")

    assert choose([general, special], device) is special
    assert choose([profile("p", priority=1), special], device) is not special
    assert choose([special, profile("t", model="-4G-2")], device) is None
    assert choose([], device) is None


def test_mistakes_are_told_all_at_once(tmp_path: Path) -> None:
    """Every problem names its file, its key and a remedy."""
    (tmp_path / "bad.toml").write_text(
        'schema = 1\nid = "x"\nsecret = 1\n[match]\nmodel = "("\ncolour = "red"\n'
        '[power]\nmin_poll_interval_s = "often"\n'
        '[[request]]\nname = "s"\npath = "http://other/x"\nlogin = "basic"\n'
        '[[field]]\nname = "battery.soul"\nfrom = "t"\npath = "a["\ntype = "float"\n'
        "range = [9, 1]\n"
    )
    (tmp_path / "worse.toml").write_text("schema = ")
    with pytest.raises(ProfileError) as caught:
        load_profiles(tmp_path)

    keys = {problem.key for problem in caught.value.problems}
    assert keys == {
        "secret", "match.model", "match.colour", "power.min_poll_interval_s", "request[0].path",
        "request[0].login", "field[0].name", "field[0].from", "field[0].path", "field[0].type",
        "field[0].range", "-",
    }  # fmt: skip
    assert all(problem.file.endswith(".toml") for problem in caught.value.problems)
    for problem in caught.value.problems:
        assert problem.line("en") != problem.line("zh")


def test_shipped_profiles_load() -> None:
    """What we ship is without mistakes and covers every canonical name."""
    shipped = load_profiles(SHIPPED)
    example = choose(shipped, information("Camhi Example", "SC-4G-20", "1.4.2"))
    other = choose(shipped, information("Another Maker", "X", "9"))

    assert example is not None
    assert example.id == "example.vendor"
    assert {f.name for f in example.fields} == set(UNITS)
    assert other is not None
    assert other.requests == ()


async def test_vendor_values_come_through_digest(make_camera: CameraMaker) -> None:
    """A camera that keeps its values behind HTTP Digest gives them under canonical names."""
    device = FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))
    document = {
        "battery": {"percent": 255, "millivolts": 3950, "charging": True},
        "cellular": {"rsrp_dbm": -95, "registered": "yes", "operator": "Example Mobile"},
    }
    device.pages[STATUS] = http(json.dumps(document))
    async with device.server as server:
        camera = make_camera(server.address, profiles=load_profiles(SHIPPED))
        values = await camera.vendor_values()

    told = {name: (value.value, value.quality) for name, value in values.items()}
    assert told["battery.charge"] == (None, "unknown")
    assert told["battery.voltage"] == (3950.0, "good")
    assert told["battery.charging"] == (True, "good")
    assert told["cellular.rsrp"] == (-95.0, "good")
    assert told["cellular.registered"] == (None, "invalid")
    assert told["solar.power"] == (None, "missing")
    assert values["cellular.operator"].value == "Example Mobile"


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
    device = FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))
    device.pages[STATUS] = reply
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address, profiles=load_profiles(SHIPPED)).vendor_values()

    assert caught.value.cause is cause


async def test_camera_without_the_interface_is_unsupported(make_camera: CameraMaker) -> None:
    """404 means that this kind of camera has no battery to ask."""
    device = FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))
    async with device.server as server:
        camera = make_camera(server.address, profiles=load_profiles(SHIPPED))
        values = await camera.vendor_values()

    assert {value.quality for value in values.values()} == {"unsupported"}
    assert len(values) == len(UNITS)
