"""Ballast: a file that can be thrown overboard when the disk is full.

Deleting rows frees nothing on a full disk, because DELETE writes to the log first (measured on a
256 KiB tmpfs). One MiB given back lets the outbox evict, fold its log and lay the ballast again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from agent.delivery.volume import Free, Volume

BALLAST_BYTES: Final = 1024 * 1024
# Laid only where as much stays free again: else each fault would throw it out, and each second
# lay it, and flash wears.
NEEDED_BYTES: Final = 2 * BALLAST_BYTES
_BLOCK: Final = bytes(64 * 1024)


def ballast_of(database: Path) -> Path:
    """Where the ballast of a database lies."""
    return database.with_name(database.name + ".ballast")


class Ballast:
    """The file beside the database."""

    def __init__(self, path: Path, *, volume: Volume, headroom: Free) -> None:
        self._path = path
        self._volume = volume
        self._headroom = headroom

    @property
    def is_laid(self) -> bool:
        """True when the whole file is there."""
        try:
            return self._path.stat().st_size >= BALLAST_BYTES
        except OSError:
            return False

    def lay(self) -> bool:
        """Write the file when it is missing; False when there is no room for it."""
        if self.is_laid:
            return True
        free = self._volume.free()
        if free.bytes < NEEDED_BYTES or free.inodes < self._headroom.inodes:
            return False
        self.keep_place()
        if not self.is_laid:
            self.drop()
        return self.is_laid

    def keep_place(self) -> None:
        """Write as much of the file as there is room for; nothing when it is whole."""
        if self.is_laid:
            return
        with contextlib.suppress(OSError), self._path.open("wb", buffering=0) as file:
            while file.tell() < BALLAST_BYTES and file.write(_BLOCK) == len(_BLOCK):
                pass

    def drop(self) -> None:
        """Give the space back."""
        self._path.unlink(missing_ok=True)
