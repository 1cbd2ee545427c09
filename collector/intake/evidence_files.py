"""Evidence on disk, named by SHA-256: pieces into ``<sha256>.part``, whole files checked.

``<directory>/ab/abcdef...``: a file without suffix is complete and its bytes match its name.
Call ``sync`` before the commit that says that pieces are here.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_BLOCK = 1024 * 1024


class EvidenceFiles:
    """Writes pieces and finishes files; one writer at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._unsynced: set[Path] = set()
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path_of(self, sha256: str) -> Path:
        """Where the complete file lies, or will lie."""
        return self._directory / sha256[:2] / sha256

    def is_complete(self, sha256: str) -> bool:
        """True when the whole file is here; it got its name after its hash was checked."""
        return self.path_of(sha256).is_file()

    def write(self, *, sha256: str, offset: int, content: bytes) -> None:
        """Put a piece in its place; OSError when the disk does not take it."""
        part = self._part(sha256)
        part.parent.mkdir(exist_ok=True, mode=0o700)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while content:
                written = os.pwrite(descriptor, content, offset)
                content, offset = content[written:], offset + written
        finally:
            os.close(descriptor)
        self._unsynced.add(part)

    def finish(self, *, sha256: str, size: int) -> bool:
        """Check the whole file and give it its name; False when its bytes are not that hash."""
        part = self._part(sha256)
        os.truncate(part, size)
        if _hash_of(part) != sha256:
            self.discard(sha256)
            return False
        _fsync(part)
        part.rename(self.path_of(sha256))
        self._unsynced.discard(part)
        self._unsynced.add(part.parent)
        return True

    def discard(self, sha256: str) -> None:
        """Drop the pieces of an unfinished file."""
        part = self._part(sha256)
        part.unlink(missing_ok=True)
        self._unsynced.discard(part)

    def sync(self) -> None:
        """Force pieces and directory entries to disk; call before the commit."""
        directories = {path if path.is_dir() else path.parent for path in self._unsynced}
        for path in self._unsynced - directories:
            if path.exists():
                _fsync(path)
        for directory in directories:
            _fsync(directory)
        if directories:
            _fsync(self._directory)
        self._unsynced.clear()

    def _part(self, sha256: str) -> Path:
        return self._directory / sha256[:2] / f"{sha256}.part"


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
