"""What evidence needs of a file system; a test puts one in its place that loses power."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

_BLOCK = 1024 * 1024


class FileSystem(Protocol):
    """The few operations; each raises OSError when the disk does not take it.

    What was written is safe from a power cut only after ``sync`` of the file, and that a name is
    there at all only after ``sync`` of its directory.
    """

    def make_directory(self, path: Path) -> bool:
        """Make it (mode 0700) with its parents; False when it was there."""

    def exists(self, path: Path) -> bool:
        """True for a file or a directory."""

    def write_at(self, path: Path, content: bytes, offset: int) -> None:
        """Write into the file, which is made (mode 0600) when it is missing."""

    def truncate(self, path: Path, size: int) -> None:
        """Cut the file, or lengthen it with zeros."""

    def read(self, path: Path) -> Iterator[bytes]:
        """The content, block by block."""

    def rename(self, path: Path, to: Path) -> None:
        """Give a file another name in its directory."""

    def unlink(self, path: Path) -> None:
        """Remove the file; nothing happens when it is missing."""

    def sync(self, path: Path) -> None:
        """Force a file's content, or a directory's names, to the disk."""


class LocalFiles:
    """The file system of this machine."""

    def make_directory(self, path: Path) -> bool:
        """Make it with its parents."""
        if path.is_dir():
            return False
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return True

    def exists(self, path: Path) -> bool:
        """Look."""
        return path.exists()

    def write_at(self, path: Path, content: bytes, offset: int) -> None:
        """Write, however often the system takes only a part."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while content:
                written = os.pwrite(descriptor, content, offset)
                content, offset = content[written:], offset + written
        finally:
            os.close(descriptor)

    def truncate(self, path: Path, size: int) -> None:
        """Set the length."""
        os.truncate(path, size)

    def read(self, path: Path) -> Iterator[bytes]:
        """Read a MiB at a time."""
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    def rename(self, path: Path, to: Path) -> None:
        """Rename at once, also over what is there."""
        path.rename(to)

    def unlink(self, path: Path) -> None:
        """Remove."""
        path.unlink(missing_ok=True)

    def sync(self, path: Path) -> None:
        """fsync works on a read-only descriptor of a file and of a directory."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
