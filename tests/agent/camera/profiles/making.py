"""Profiles for tests, made of TOML text as an author writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.camera.port import DeviceInformation
from agent.camera.profiles.profile import Metric, Profile
from agent.camera.profiles.profile_file import load_profiles


def made(folder: Path, text: str) -> Profile:
    """The profile of one file; its id is ``test``."""
    (folder / "test.toml").write_text(f'schema = 2\nid = "test"\n{text}', encoding="utf-8")
    return next(one for one in load_profiles(folder) if one.id == "test")


def metric(**changes: Any) -> Metric:
    """A charge in percent, 255 when the gauge is not ready."""
    known: dict[str, Any] = {
        "name": "battery.charge",
        "source": "status",
        "path": "battery.percent",
        "unless": (255,),
        "valid": (0.0, 100.0),
    }
    return Metric(**(known | changes))


def information(
    manufacturer: str | None, model: str, firmware: str, hardware: str | None = None
) -> DeviceInformation:
    """What a device says it is."""
    return DeviceInformation(
        manufacturer=manufacturer,
        model=model,
        firmware=firmware,
        serial="1",
        hardware_id=hardware,
    )
