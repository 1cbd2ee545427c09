"""Room for the next commit where the disk is full: free pages in the file, and a log of full size.

In WAL mode every commit, even DELETE, writes pages to the log first, and folding the log writes
them to the file. Both need new blocks only when they grow. So the log has its place on the disk
from the start, a reserve of free pages lies in the file, and below the headroom the file may not
grow: a commit then needs no block that others could have taken. A file that had grown in the log
alone could never be folded on a full disk, and the log would fill up and take no more rows (148
of 1500 writes failed so).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from agent.delivery.volume import Free, Volume

LOG_PAGES: Final = 256  # the log is folded at 1 MiB: file and log stay near the outbox's limit
MOST_LOG_BYTES: Final = 1280 * 1024  # what is beyond, by one large transaction, is given back
RESERVE_BYTES: Final = 256 * 1024
# The ballast's place takes it, with the log's index beside it, when the agent starts where the
# disk is full; below the headroom each commit is folded, so that 200 pages are enough.
_LOG_BYTES: Final = 896 * 1024
NEEDED_TO_OPEN_BYTES: Final = 1024 * 1024
_NO_LIMIT: Final = 2**30  # pages


class Room:
    """What one open file needs to take rows in place; only its one writer calls."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        *,
        volume: Volume,
        headroom: Free,
        reserve_bytes: int,
    ) -> None:
        self._connection = connection
        self._path = path
        self._volume = volume
        self._headroom = headroom
        self._reserve_bytes = reserve_bytes
        self._is_pinned = False
        self._page_bytes = self._number("page_size")

    @property
    def is_tight(self) -> bool:
        """True while the volume has less free than the headroom: the file must not grow."""
        return self._volume.free().bytes < self._headroom.bytes

    @property
    def free_page_bytes(self) -> int:
        """Room inside the file, left by deleted rows; new rows fill it first."""
        return self._number("freelist_count") * self._page_bytes

    @property
    def surplus_bytes(self) -> int:
        """Free pages beyond the reserve, which the volume may have back."""
        return max(0, self.free_page_bytes - self._reserve_bytes)

    def before(self) -> None:
        """Hold the file at its size while the volume is tight; before a transaction begins."""
        if self.is_tight:
            self._pin(self._number("page_count"))
        elif self._is_pinned:
            self._pin(_NO_LIMIT)

    def grow(self, size_bytes: int) -> None:
        """Let the file grow by so much after all, inside the transaction that needs it."""
        if self._is_pinned:
            self._pin(self._number("page_count") + size_bytes // self._page_bytes)

    def after(self) -> None:
        """Fold the log, or lay the reserve again; after a commit. A full disk is no error here."""
        with contextlib.suppress(sqlite3.OperationalError):
            if self.is_tight:
                self.fold()
            elif self.free_page_bytes < self._reserve_bytes // 2 or self._has_grown_in_the_log():
                self.lay()

    def fold(self) -> None:
        """Write the log into the file; the log keeps its place: what it gives back, others take."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def lay(self) -> None:
        """Take the places of the log and of the free pages on the disk before they are needed."""
        if not self._reserve_bytes:
            return
        self._lay_log()
        if self.free_page_bytes < self._reserve_bytes and not self.is_tight:
            # All of it, for it fills the free pages first. In two commits: pages that one
            # allocates and frees again never reach the disk.
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('reserve', zeroblob(?))",
                (self._reserve_bytes,),
            )
            self._connection.execute("DELETE FROM meta WHERE key = 'reserve'")
        self.fold()

    def give_back(self, size_bytes: int) -> None:
        """Cut free pages beyond the reserve off the file."""
        pages = min(size_bytes, self.surplus_bytes) // self._page_bytes
        if pages:
            self._connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
            self.fold()

    def _lay_log(self) -> None:
        """SQLite reads no further than the last valid frame: zeros behind it are only a place."""
        log = self._path.with_name(self._path.name + "-wal")
        with contextlib.suppress(OSError):
            descriptor = os.open(log, os.O_RDWR)
            try:
                for wanted in (_LOG_BYTES, _LOG_BYTES // 2, _LOG_BYTES // 4):
                    if _take(descriptor, wanted):
                        break
            finally:
                os.close(descriptor)

    def _has_grown_in_the_log(self) -> bool:
        try:
            on_disk = self._path.stat().st_size
        except OSError:
            return False
        return self._number("page_count") * self._page_bytes > on_disk

    def _pin(self, pages: int) -> None:
        self._is_pinned = pages < _NO_LIMIT
        self._connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    def _number(self, pragma: str) -> int:
        (found,) = self._connection.execute(f"PRAGMA {pragma}").fetchone()
        return int(found)


def _take(descriptor: int, size_bytes: int) -> bool:
    """Let a file have at least so many bytes on the disk; False when there is no room."""
    size = os.fstat(descriptor).st_size
    try:
        if size < size_bytes:
            os.posix_fallocate(descriptor, size, size_bytes - size)
    except OSError:
        return False
    return True
