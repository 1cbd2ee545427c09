"""Evidence on disk, named by SHA-256: pieces into ``<sha256>.part``, whole files checked.

``<directory>/ab/abcdef...``: a file without suffix is complete and its bytes match its name.
Call ``sync`` before the commit that says that pieces are here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from collector.intake.file_system import FileSystem, LocalFiles


class EvidenceFiles:
    """Writes pieces and finishes files; one writer at a time."""

    def __init__(self, directory: Path, files: FileSystem | None = None) -> None:
        self._directory = directory
        self._files = files or LocalFiles()
        self._unsynced: set[Path] = set()  # files with new bytes
        # Directories whose names may not be on the disk: the process before this one may have
        # made a name and been killed before it could sync it.
        self._unsynced_names: set[Path] = {directory.parent, directory}
        self._ours: set[Path] = set()
        self._files.make_directory(directory)

    def path_of(self, sha256: str) -> Path:
        """Where the complete file lies, or will lie."""
        return self._directory / sha256[:2] / sha256

    def is_complete(self, sha256: str) -> bool:
        """True when the whole file is here; it got its name after its hash was checked.

        Who hears so may commit it after ``sync``, whichever process gave the name.
        """
        path = self.path_of(sha256)
        if not self._files.exists(path):
            return False
        self._unsynced_names.add(path.parent)
        return True

    def write(self, *, sha256: str, offset: int, content: bytes) -> None:
        """Put a piece in its place; OSError when the disk does not take it."""
        part = self._part(sha256)
        self._make(part.parent)
        self._files.write_at(part, content, offset)
        self._unsynced.add(part)
        self._unsynced_names.add(part.parent)

    def finish(self, *, sha256: str, size: int) -> bool:
        """Check the whole file and give it its name; False when its bytes are not that hash."""
        part = self._part(sha256)
        self._files.truncate(part, size)
        if self._hash_of(part) != sha256:
            self.discard(sha256)
            return False
        self._files.sync(part)
        self._files.rename(part, self.path_of(sha256))
        self._unsynced.discard(part)
        self._unsynced_names.add(part.parent)
        return True

    def discard(self, sha256: str) -> None:
        """Drop the pieces of an unfinished file."""
        part = self._part(sha256)
        self._files.unlink(part)
        self._unsynced.discard(part)

    def sync(self) -> None:
        """Force pieces and directory entries to disk; call before the commit.

        OSError means that this commit must not be. A file that failed is not tried again for
        those after it: the rows with its pieces come again, and the pieces are written anew.
        """
        for path in sorted(self._unsynced):
            self._unsynced.discard(path)
            if self._files.exists(path):
                self._files.sync(path)
        for directory in sorted(self._unsynced_names):
            if self._files.exists(directory):
                self._files.sync(directory)
        self._unsynced_names.clear()

    def _make(self, folder: Path) -> None:
        is_new = self._files.make_directory(folder)  # a restore under us may have taken it away
        if is_new or folder not in self._ours:
            self._unsynced_names.add(self._directory)
            self._ours.add(folder)

    def _part(self, sha256: str) -> Path:
        return self._directory / sha256[:2] / f"{sha256}.part"

    def _hash_of(self, path: Path) -> str:
        digest = hashlib.sha256()
        for block in self._files.read(path):
            digest.update(block)
        return digest.hexdigest()
