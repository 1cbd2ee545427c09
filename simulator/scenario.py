"""Scenario files: sites and their simulated devices, read from TOML with all problems at once."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.problem import BadScenario, Problem
from simulator.scenario_values import Reader
from simulator.spec import CameraSpec, Kind, find_spec_problems

DEFAULT_CONTROL_PORT = 8799


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device of a scenario; port 0 takes any free port."""

    spec: CameraSpec
    http_port: int = 0
    rtsp_port: int = 0
    recordings: Path | None = None  # recorders only: where the segments are written
    segment_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place whose devices share one power supply."""

    id: str
    name: str
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that one fleet serves. ``discovery_port`` None: no WS-Discovery."""

    sites: tuple[Site, ...]
    host: str = "127.0.0.1"
    control_port: int = DEFAULT_CONTROL_PORT
    discovery_port: int | None = None

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices of all sites, in the order of the file."""
        return tuple(device for site in self.sites for device in site.devices)


def make_password() -> str:
    """A password for devices whose scenario names none; letters and digits only."""
    return secrets.token_hex(8)


def load(path: Path, *, generated_password: str) -> Scenario:
    """Read a scenario file; BadScenario lists every problem of the file.

    ``generated_password`` is given to devices for which the file names none.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _unreadable(path, "there is no such file", "check the path") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error), "make it a readable UTF-8 file") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"is not TOML: {error}", "correct the line named") from error
    return parse(table, file=path, generated_password=generated_password)


def _unreadable(path: Path, reason: str, remedy: str) -> BadScenario:
    return BadScenario([Problem(file=path.name, key="(file)", reason=reason, remedy=remedy)])


def parse(table: Mapping[str, object], *, file: Path, generated_password: str) -> Scenario:
    """Turn a parsed table into a scenario; relative paths are relative to ``file``."""
    problems: list[Problem] = []
    top = Reader(table, file=file, at="", problems=problems)
    fleet = top.table("fleet")
    defaults = top.table("defaults")
    host = fleet.text("host", "127.0.0.1")
    if not host.startswith("127."):
        fleet.complain("host", f"is {host!r}", "use a loopback address such as 127.0.0.1")
    control_port = fleet.whole("control_port", DEFAULT_CONTROL_PORT, low=0, high=65535)
    wanted_port = fleet.whole("discovery_port", 3702, low=0, high=65535)
    discovery_port = wanted_port if fleet.flag("discovery", False) else None
    password = fleet.secret(generated_password)
    fleet.refuse_unknown()
    sites = tuple(
        _site(reader, defaults=defaults, password=password) for reader in top.tables("sites")
    )
    top.refuse_unknown()
    _check_whole(sites, top)
    if problems:
        raise BadScenario(problems)
    return Scenario(
        sites=sites, host=host, control_port=control_port, discovery_port=discovery_port
    )


def _site(reader: Reader, *, defaults: Reader, password: str) -> Site:
    site_id = reader.text("id", "")
    if not site_id:
        reader.complain("id", "is missing", 'give the site a short id, e.g. id = "orchard"')
    name = reader.text("name", site_id)
    cameras = [
        _device(camera.over(defaults), password=password, kind=Kind.SOLAR_4G)
        for camera in reader.tables("cameras")
    ]
    recorders = [
        _device(recorder.over(defaults), password=password, kind=Kind.RECORDER)
        for recorder in reader.tables("recorders")
    ]
    reader.refuse_unknown()
    return Site(id=site_id, name=name, devices=(*cameras, *recorders))


def _device(reader: Reader, *, password: str, kind: Kind) -> Device:
    before = len(reader.problems)
    shape = CameraSpec(serial="unnamed")
    recorder = kind is Kind.RECORDER
    if recorder:
        reader.skip("kind")  # may stand in [defaults] for the cameras
    spec = CameraSpec(
        serial=reader.text("serial", ""),
        kind=kind if recorder else _kind(reader, kind),
        manufacturer=reader.text("manufacturer", shape.manufacturer),
        model=reader.text("model", "NVR-8" if recorder else shape.model),
        firmware=reader.text("firmware", shape.firmware),
        hardware_id=reader.text("hardware_id", shape.hardware_id),
        mac=reader.text("mac", shape.mac),
        user=reader.text("user", shape.user),
        password=reader.secret(password),
        logins=reader.texts("logins", shape.logins),
        codec=reader.text("codec", shape.codec),
        width=reader.whole("width", shape.width),
        height=reader.whole("height", shape.height),
        fps=reader.whole("fps", shape.fps),
        gop=reader.whole("gop", shape.gop),
        source=reader.path("source"),
        scene_seed=reader.whole("scene_seed", reader.number_in_list),
        light=reader.text("light", shape.light),
        battery_percent=reader.number("battery_percent", shape.battery_percent),
        faults=reader.texts("faults", ()),
        media2=reader.flag("media2", shape.media2),
        channels=reader.whole("channels", 4 if recorder else 1),
    )
    device = Device(
        spec=spec,
        http_port=reader.whole("http_port", 0, low=0, high=65535),
        rtsp_port=reader.whole("rtsp_port", 0, low=0, high=65535),
        recordings=reader.path("recordings") if recorder else None,
        segment_s=reader.number("segment_s", 60.0) if recorder else 60.0,
    )
    if device.segment_s <= 0:
        reader.complain("segment_s", f"is {device.segment_s}", "use seconds above 0")
    reader.refuse_unknown()
    if len(reader.problems) == before:
        for key, reason, remedy in find_spec_problems(spec):
            reader.complain(key, reason, remedy)
    return device


def _kind(reader: Reader, default: Kind) -> Kind:
    names = [kind.value for kind in Kind if kind is not Kind.RECORDER]
    name = reader.text("kind", default.value)
    if name in names:
        return Kind(name)
    reader.complain("kind", f"is {name!r}", f"use one of {', '.join(names)}")
    return default


def _check_whole(sites: tuple[Site, ...], top: Reader) -> None:
    """What only the whole file can show: no device at all, the same name twice."""
    devices = [device for site in sites for device in site.devices]
    if not devices:
        top.complain("sites", "names no device", "add [[sites]] with [[sites.cameras]]")
    for what, names in (
        ("site id", [site.id for site in sites]),
        ("serial", [device.spec.serial for device in devices]),
        ("port", [str(p) for d in devices for p in (d.http_port, d.rtsp_port) if p]),
    ):
        for name in dict.fromkeys(names):
            if name and names.count(name) > 1:
                top.complain("sites", f"{what} {name} is used twice", f"give each its own {what}")
