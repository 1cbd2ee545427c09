"""SQLite's way to the disk that loses power: an apsw VFS.

It has no shared memory, so that WAL needs ``locking_mode=exclusive``; one connection a file.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import apsw

from tests.lab.power_disk import Node, PowerDisk

_NUMBERS = itertools.count()
# SQLite's own unix VFS syncs the directory with the first sync of a log that it made.
_SYNCS_ITS_NAME: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


class PowerVfs(apsw.VFS):
    """Registered under a name of its own until :meth:`close`."""

    def __init__(self, disk: PowerDisk) -> None:
        self.name = f"powercut-{next(_NUMBERS)}"
        self._disk = disk
        super().__init__(self.name, "")

    def close(self) -> None:
        """No connection may be open any more."""
        self.unregister()

    def xFullPathname(self, name: str) -> str:
        """Paths are absolute already."""
        return name

    def xAccess(self, pathname: str, flags: int) -> bool:
        """Everything that is there may be read and written."""
        return self._disk.find(Path(pathname)) is not None

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Remove the name."""
        self._disk.unlink(Path(filename))
        if syncdir:
            self._disk.sync_directory_of(Path(filename))

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> PowerFile:  # type: ignore[override]
        """Open or make a file; one without a name is for SQLite alone and never on the disk."""
        flags[1] = flags[0]
        if name is None:
            return PowerFile(self._disk, Node(is_directory=False), None)
        path = Path(name if isinstance(name, str) else name.filename())
        node = self._disk.find(path)
        is_new = node is None
        if node is None:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(f"no such file: {path}")
            node = self._disk.create(path)
        syncs_name = is_new and bool(flags[0] & _SYNCS_ITS_NAME)
        return PowerFile(self._disk, node, path if syncs_name else None)


class PowerFile:
    """One open file; locks are left out, since there is one connection."""

    def __init__(self, disk: PowerDisk, node: Node, unsynced_name: Path | None) -> None:
        self._disk = disk
        self._node = node
        self._unsynced_name = unsynced_name

    def xRead(self, amount: int, offset: int) -> bytes:
        """What was written, synced or not; short at the end."""
        return bytes(self._node.content[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write."""
        self._disk.write(self._node, data, offset)

    def xTruncate(self, newsize: int) -> None:
        """Set the length."""
        self._disk.truncate(self._node, newsize)

    def xSync(self, flags: int) -> None:
        """Sync the content; the first time the name too."""
        self._disk.sync(self._node)
        if self._unsynced_name is not None:
            self._disk.sync_directory_of(self._unsynced_name)
            self._unsynced_name = None

    def xFileSize(self) -> int:
        """Its length."""
        return len(self._node.content)

    def xLock(self, level: int) -> None:
        """Nobody else is there."""

    def xUnlock(self, level: int) -> None:
        """Nobody else is there."""

    def xCheckReservedLock(self) -> bool:
        """Nobody else is there."""
        return False

    def xClose(self) -> None:
        """Nothing is kept back."""

    def xSectorSize(self) -> int:
        """What SQLite assumes of a disk that says nothing."""
        return 4096

    def xDeviceCharacteristics(self) -> int:
        """A write harms no byte beside it: what SQLite assumes of every disk."""
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xFileControl(self, op: int, ptr: int) -> bool:
        """Nothing special is understood."""
        return False
