"""Ballast: a file that can be thrown overboard when the disk is full.

Deleting rows frees nothing on a full disk, because DELETE writes to the log first (measured on a
256 KiB tmpfs). One MiB given back lets the outbox evict, fold its log and lay the ballast again.
"""

from __future__ import annotations

from pathlib import Path

BALLAST_BYTES = 1024 * 1024
_BLOCK = bytes(64 * 1024)


class Ballast:
    """The file beside the database."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def is_laid(self) -> bool:
        """True when the whole file is there."""
        try:
            return self._path.stat().st_size >= BALLAST_BYTES
        except FileNotFoundError:
            return False

    def lay(self) -> bool:
        """Write the file when it is missing; False when there is no room for it."""
        if self.is_laid:
            return True
        try:
            with self._path.open("wb") as file:
                for _ in range(BALLAST_BYTES // len(_BLOCK)):
                    file.write(_BLOCK)
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        return True

    def drop(self) -> None:
        """Give the space back."""
        self._path.unlink(missing_ok=True)
