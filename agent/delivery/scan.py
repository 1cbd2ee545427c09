"""Reading the outbox of a damaged file: around each place where SQLite gives up."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

COLUMNS: Final = ("state", "created_us", "receipt_us", "crc", "frame")
_UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)
_LAST_ID: Final = 2**62
_MOST_TRIES: Final = 20_000  # a damaged inner page hides many ids, and each one costs a try


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a damaged file, which gives damaged text instead of an error."""
    connection = sqlite3.connect(path, isolation_level=None)
    # Damaged text would raise and end the scan; damaged bytes only fail their checksum.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        # A damaged entry of the schema must not hide the other tables: the first statement
        # fails, and later ones see what could be read.
        with contextlib.suppress(*_UNREADABLE):
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection
    finally:
        connection.close()


class Scan:
    """All rows of ``outbox`` that can be read, once each, in order of id."""

    def __init__(self, old: sqlite3.Connection, only: str = "") -> None:
        """``only`` is a further condition in SQL, beginning with AND."""
        self._old = old
        self._sql = (
            f"SELECT id, {', '.join(COLUMNS)} FROM outbox NOT INDEXED"
            f" WHERE id BETWEEN ? AND ? {only} ORDER BY id"
        )
        self._tries = _MOST_TRIES
        self.unreadable = 0  # ids at which SQLite gave up; how many rows a page held is not known

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Halve a range that fails until what fails is one id."""
        try:
            self._old.execute(f"EXPLAIN {self._sql}", (1, 1)).fetchall()
        except _UNREADABLE:  # header or schema: no range would fare better
            self.unreadable = 1
            return
        ranges = [(1, self._newest())]
        while ranges and self._tries:
            first, last = ranges.pop()
            self._tries -= 1
            try:
                for row in self._old.execute(self._sql, (first, last)):
                    first = int(row[0]) + 1
                    yield row
            except _UNREADABLE:
                if first >= last:
                    self.unreadable += 1
                    continue
                middle = (first + last) // 2
                ranges += [(middle + 1, last), (first, middle)]

    def _newest(self) -> int:
        """The greatest id there was, from wherever it can still be read."""
        for sql in (
            "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
            "SELECT max(id) FROM outbox NOT INDEXED",
        ):
            with contextlib.suppress(*_UNREADABLE, TypeError, ValueError):
                found = int(self._old.execute(sql).fetchone()[0])
                if 0 < found < _LAST_ID:
                    return found
        return 2**24
