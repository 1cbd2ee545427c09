"""What one simulated device is: its identity, logins, picture and faults at start."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from simulator.faults import Fault


class Kind(enum.Enum):
    """The families of devices that differ in power and radio."""

    SOLAR_4G = "solar_4g"
    WIFI = "wifi"
    DOORBELL = "doorbell"
    NVR_KIT_CAMERA = "nvr_kit_camera"
    RECORDER = "recorder"


class LoginKind(enum.Enum):
    """How a device lets somebody in."""

    WSSE = "wsse"
    DIGEST_MD5 = "digest-md5"
    DIGEST_SHA256 = "digest-sha256"


ALL_LOGINS = tuple(kind.value for kind in LoginKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSpec:
    """Facts of one simulated camera; they do not change while it runs.

    ``serial`` is what ONVIF states. ``logins`` are the kinds it accepts. ``source`` replaces the
    rendered scene with a picture or clip; ``daylight``, ``infrared``, ``balances_white`` and
    ``drains_colour`` are those of ``SceneSpec``. ``slow_s``, ``redirect_to`` and ``foreign_host``
    shape the faults slow, redirects and wrong_xaddr; both addresses are loopback without a
    listener.
    """

    serial: str
    kind: Kind = Kind.WIFI
    manufacturer: str = "Camhi Example"
    model: str = "SC-4G-20"
    firmware: str = "1.4.2"
    hardware_id: str = "HW-3"
    mac: str = "02:00:00:00:00:01"
    user: str = "admin"
    password: str = field(default="", repr=False)
    logins: tuple[str, ...] = ALL_LOGINS
    codec: str = "h264"
    width: int = 640
    height: int = 360
    fps: int = 10
    gop: int = 20
    source: Path | None = None
    scene_seed: int = 1
    light: str = "day"
    daylight: float = 1.0
    infrared: float = 1.0
    balances_white: bool = False
    drains_colour: bool = False
    battery_percent: float = 80
    faults: tuple[Fault | str, ...] = ()
    media2: bool = True
    channels: int = 1
    slow_s: float = 2.0
    redirect_to: str = "http://127.66.66.66:8066/canary"
    foreign_host: str = "127.66.66.66:8066"

    def accepts(self, kind: LoginKind) -> bool:
        """Whether the device was made to accept this kind of login."""
        return kind.value in self.logins


LIGHTS = ("day", "night_ir")
CODECS = ("h264", "h265")


def find_spec_problems(spec: CameraSpec) -> Iterable[tuple[str, str, str]]:
    """Yield (field, reason, remedy) for everything that cannot be served."""
    if not spec.serial:
        yield "serial", "is empty", 'give a text such as "SN-2401-0001"'
    unknown = [name for name in spec.logins if name not in ALL_LOGINS]
    if unknown or not spec.logins:
        yield "logins", f"has {unknown or 'nothing'}", f"use some of {', '.join(ALL_LOGINS)}"
    if spec.codec not in CODECS:
        yield "codec", f"is {spec.codec!r}", f"use one of {', '.join(CODECS)}"
    if spec.light not in LIGHTS:
        yield "light", f"is {spec.light!r}", f"use one of {', '.join(LIGHTS)}"
    for name, value, low, high in (
        ("width", spec.width, 64, 3840),
        ("height", spec.height, 64, 2160),
        ("fps", spec.fps, 1, 60),
        ("gop", spec.gop, 1, 600),
        ("channels", spec.channels, 1, 64),
    ):
        if not low <= value <= high:
            yield name, f"is {value}", f"use {low} to {high}"
    if spec.width % 2 or spec.height % 2:
        yield "width", f"and height are {spec.width}x{spec.height}", "use even numbers"
    if not 0 <= spec.battery_percent <= 100:
        yield "battery_percent", f"is {spec.battery_percent}", "use 0 to 100"
    if spec.source is not None and not spec.source.is_file():
        yield "source", f"{spec.source} is not a file", "name a picture or a clip"
    for fault in spec.faults:
        if not isinstance(fault, Fault) and fault not in {known.value for known in Fault}:
            yield "faults", f"has {fault!r}", "`preclaim-sim faults` lists the names"
