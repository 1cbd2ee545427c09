"""Scenario files: what they become, and every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from simulator.problem import BadScenario
from simulator.scenario import load
from simulator.spec import Kind

GOOD = """
[fleet]
control_port = 0
password_file = "secret"

[defaults]
kind = "wifi"
width = 320
height = 192

[[sites]]
id = "orchard"
name = "Orchard"

[[sites.cameras]]
serial = "A-1"
kind = "solar_4g"
faults = ["blurred"]

[[sites.cameras]]
serial = "A-2"
password = "own"

[[sites.recorders]]
serial = "R-1"
channels = 2
recordings = "clips"
segment_s = 5
"""

BAD = """
[fleet]
control_port = 70000
host = "0.0.0.0"
colour = "red"

[[sites]]
name = "no id"

[[sites.cameras]]
serial = 7
kind = "toaster"

[[sites.cameras]]
serial = "B-1"
codec = "mjpeg"
faults = ["sulks"]
password = ""

[[sites.cameras]]
serial = "B-2"
width = 333

[[sites.cameras]]
serial = "B-2"
password_file = "nowhere"
"""


def write(folder: Path, text: str) -> Path:
    """A scenario file beside its secret."""
    (folder / "secret").write_text("of-the-file\n")
    path = folder / "fleet.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_scenario_becomes_devices(tmp_path: Path) -> None:
    """Defaults hold unless a device says otherwise; paths are relative to the file."""
    scenario = load(write(tmp_path, GOOD), generated_password="generated")

    first, second, recorder = scenario.devices
    assert (first.spec.kind, second.spec.kind) == (Kind.SOLAR_4G, Kind.WIFI)
    assert (first.spec.password, second.spec.password) == ("of-the-file", "own")
    assert first.spec.faults == ("blurred",)
    assert (first.spec.width, second.spec.height) == (320, 192)
    assert recorder.spec.kind is Kind.RECORDER
    assert recorder.recordings == tmp_path / "clips"
    assert scenario.control_port == 0


def test_password_is_generated_when_none_is_named(tmp_path: Path) -> None:
    """A scenario without passwords still asks for a login."""
    text = GOOD.replace('password_file = "secret"', "").replace('password = "own"', "")

    scenario = load(write(tmp_path, text), generated_password="generated")

    assert {device.spec.password for device in scenario.devices} == {"generated"}


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("fleet.control_port", "use 0 to 65535"),
        ("fleet.host", "loopback"),
        ("fleet.colour", "remove it"),
        ("sites[1].id", "short id"),
        ("sites[1].cameras[1].serial", "in quotes"),
        ("sites[1].cameras[1].kind", "solar_4g"),
        ("sites[1].cameras[2].password", "in quotes"),
        ("sites[1].cameras[3].width", "even"),
        ("sites[1].cameras[4].password_file", "readable file"),
        ("sites", "own serial"),
    ],
)
def test_all_problems_come_at_once(tmp_path: Path, key: str, remedy: str) -> None:
    """One reading names every problem with file, key, reason and remedy."""
    with pytest.raises(BadScenario) as caught:
        load(write(tmp_path, BAD), generated_password="generated")

    found = [p for p in caught.value.problems if p.key == key]
    assert any(remedy in problem.remedy for problem in found)
    assert {problem.file for problem in caught.value.problems} == {"fleet.toml"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("[fleet", "is not TOML", id="not TOML"),
        pytest.param("", "names no device", id="empty"),
        pytest.param("sites = 3", "is not a list", id="sites is a number"),
    ],
)
def test_useless_files_are_named(tmp_path: Path, text: str, reason: str) -> None:
    """A file that holds no scenario is refused with the reason."""
    with pytest.raises(BadScenario, match=reason):
        load(write(tmp_path, text), generated_password="generated")


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is a problem of the file."""
    with pytest.raises(BadScenario, match=r"none.toml: \(file\): there is no such file"):
        load(tmp_path / "none.toml", generated_password="generated")


def test_example_can_be_run() -> None:
    """The example that comes with the product is a scenario without problems."""
    scenario = load(Path(simulator.__file__).parent / "example.toml", generated_password="g")

    assert [site.id for site in scenario.sites] == ["orchard", "shop"]
    assert scenario.devices[-1].spec.channels == 4
