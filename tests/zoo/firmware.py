"""The firmware profiles that a visit is made with."""

from __future__ import annotations

from collections.abc import Sequence

from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import load_profiles


def shipped_profiles() -> Sequence[Profile]:
    """All that come with the product."""
    return load_profiles()
