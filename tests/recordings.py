"""Loads recordings of devices, made by ``preclaim-agent profile record``, as test fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent.camera.port import VendorValue
from agent.camera.profiles.profile_file import load_profiles
from agent.record import device_recording


def values_in(path: Path, profile: str = "") -> Mapping[str, VendorValue]:
    """What the profile of a recording (or another one) reads in it."""
    recording = device_recording.read(path)
    wanted = profile or recording.profile
    found = next(one for one in load_profiles() if one.id == wanted)
    return device_recording.replay(found, recording)
