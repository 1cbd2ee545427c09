"""What a simulated camera is: its identity, logins, stream and scene."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from simulator.faults import Fault, parse

LOGIN_KINDS = ("wsse", "digest-md5", "digest-sha256")
CODECS = ("h264", "h265")
LIGHTS = ("day", "night_ir")


class Kind(enum.Enum):
    """The product families that the simulator knows."""

    SOLAR_4G = "solar_4g"
    WIFI = "wifi"
    DOORBELL = "doorbell"
    NVR_KIT_CAMERA = "nvr_kit_camera"

    @property
    def has_battery(self) -> bool:
        """Whether the kind runs from a battery."""
        return self in {Kind.SOLAR_4G, Kind.DOORBELL}

    @property
    def has_cellular(self) -> bool:
        """Whether the kind has a 4G modem and a solar panel."""
        return self is Kind.SOLAR_4G


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSpec:
    """One camera as it leaves the box, and the faults it starts with.

    ``source`` None renders a scene; a picture or clip (mp4) is streamed instead. Raises
    ValueError naming the first value that no camera could have.
    """

    serial: str = "SN-2401-0001"
    kind: Kind = Kind.SOLAR_4G
    manufacturer: str = "Camhi Example"
    model: str = "SC-4G-20"
    firmware: str = "1.4.2"
    hardware_id: str = "HW-3"
    mac: str = "02:00:00:00:00:01"
    user: str = "admin"
    password: str = field(default="Preclaim-Sim-1", repr=False)
    logins: tuple[str, ...] = LOGIN_KINDS
    codec: str = "h264"
    width: int = 640
    height: int = 360
    fps: int = 10
    gop: int = 20
    source: Path | None = None
    scene_seed: int = 1
    light: str = "day"
    battery_percent: float = 80
    faults: Iterable[Fault | str] = ()
    media2: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be, with the field's name first."""
        for name, reason in self.problems():
            raise ValueError(f"{name}: {reason}")

    def problems(self) -> list[tuple[str, str]]:
        """Every (field, reason) that makes this specification impossible."""
        found: list[tuple[str, str]] = []
        if not self.user:
            found.append(("user", "must not be empty"))
        if not self.password:
            found.append(("password", "must not be empty"))
        if not self.logins or set(self.logins) - set(LOGIN_KINDS):
            found.append(("logins", f"must be one or more of {', '.join(LOGIN_KINDS)}"))
        if self.codec not in CODECS:
            found.append(("codec", f"must be one of {', '.join(CODECS)}"))
        if self.light not in LIGHTS:
            found.append(("light", f"must be one of {', '.join(LIGHTS)}"))
        for name, low, high in (("width", 64, 3840), ("height", 64, 2160)):
            size = getattr(self, name)
            if not low <= size <= high or size % 2:
                found.append((name, f"must be even, {low} to {high} pixels"))
        if not 1 <= self.fps <= 60:
            found.append(("fps", "must be 1 to 60"))
        if not 1 <= self.gop <= 600:
            found.append(("gop", "must be 1 to 600 frames"))
        if not 0 <= self.battery_percent <= 100:
            found.append(("battery_percent", "must be 0 to 100"))
        if self.source is not None and not self.source.is_file():
            found.append(("source", f"no such file: {self.source}"))
        for name in self.faults:
            try:
                parse(name)
            except ValueError as error:
                found.append(("faults", str(error)))
        return found
