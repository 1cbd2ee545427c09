"""The collector's file system on a disk that loses power."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from tests.lab.power_disk import Node, PowerDisk


class KilledError(BaseException):
    """The process ends here; no part of the product may catch it."""


class PowerFiles:
    """``FileSystem`` of the collector; ``syncs_names`` False leaves out the directories' fsync."""

    def __init__(self, disk: PowerDisk, *, syncs_names: bool = True) -> None:
        self._disk = disk
        self._syncs_names = syncs_names
        self.kill_after: int | None = None  # operations until the process dies
        self.kill_at_rename = False  # or with the next rename, the worst moment of all

    def make_directory(self, path: Path) -> bool:
        """Its own name only: parents are there."""
        if self._disk.find(path) is not None:
            return False
        self._disk.create(path, is_directory=True)
        self._live_on()
        return True

    def exists(self, path: Path) -> bool:
        """Look."""
        return self._disk.find(path) is not None

    def write_at(self, path: Path, content: bytes, offset: int) -> None:
        """One write of the whole piece."""
        self._disk.write(self._disk.find(path) or self._disk.create(path), content, offset)
        self._live_on()

    def truncate(self, path: Path, size: int) -> None:
        """Set the length."""
        self._disk.truncate(self._there(path), size)
        self._live_on()

    def read(self, path: Path) -> Iterator[bytes]:
        """What was written, synced or not."""
        yield bytes(self._there(path).content)

    def rename(self, path: Path, to: Path) -> None:
        """Rename in one directory."""
        self._there(path)
        self._disk.rename(path, to)
        if self.kill_at_rename:
            self.kill_after = 1
        self._live_on()

    def unlink(self, path: Path) -> None:
        """Remove."""
        if self._disk.find(path) is not None:
            self._disk.unlink(path)
            self._live_on()

    def sync(self, path: Path) -> None:
        """Content, or names unless they are left out."""
        node = self._there(path)
        if self._syncs_names or not node.is_directory:
            self._disk.sync(node)
            self._live_on()

    def _live_on(self) -> None:
        """Die here if it is time: the disk keeps what was done, the process forgets it."""
        if self.kill_after is None or self._disk.is_cut:
            return
        self.kill_after -= 1
        if self.kill_after <= 0:
            self.kill_after = None
            raise KilledError

    def _there(self, path: Path) -> Node:
        node = self._disk.find(path)
        if node is None:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        return node
