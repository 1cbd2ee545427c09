"""What a verb reads before it starts: the configuration and the firmware profiles."""

from __future__ import annotations

from pathlib import Path

from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import load_profiles
from agent.host import EVERY as HOST_EVERY
from agent.overlay import Source, read_source
from agent.probes import PROBES


def read_profiles(further: Path | None) -> tuple[Profile, ...]:
    """Profiles of the product and of a further directory; ProfileError lists all problems."""
    return load_profiles(further)


def read_all(path: Path) -> tuple[Source, tuple[Profile, ...]]:
    """The configuration and its profiles, checked against each other."""
    paces = {probe.name: probe.every for probe in PROBES} | {"host": HOST_EVERY}
    source = read_source(path, probe_paces=paces)
    profiles = read_profiles(source.local.profiles_dir)
    if any(device.profile for device in source.local.devices):
        ids = [profile.id for profile in profiles]
        source = read_source(path, probe_paces=paces, profile_ids=ids)
    return source, profiles
