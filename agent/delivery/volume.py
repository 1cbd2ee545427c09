"""The volume that the database lies on: how much of it is free, and how much must stay free."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

_NO_LIMIT: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """What is free on a volume, or what must stay free there."""

    bytes: int
    inodes: int


# memfaultd's two headrooms: below them the agent takes nothing more for itself.
HEADROOM: Final = Free(bytes=10 * 1024 * 1024, inodes=100)


class Volume(Protocol):
    """Where the database lies; a test brings one that is as full as it wants."""

    def free(self) -> Free:
        """What an unprivileged process may still take."""


class MountedVolume:
    """The volume of a folder, as the kernel counts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def free(self) -> Free:
        """Ask the kernel; nothing is free where it cannot say."""
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return Free(bytes=0, inodes=0)
        # Some file systems make inodes as they need them, and say 0 of 0.
        inodes = found.f_favail if found.f_files else _NO_LIMIT
        return Free(bytes=found.f_bavail * found.f_frsize, inodes=inodes)
