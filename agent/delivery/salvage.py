"""A damaged agent database: set it aside, take over what can still be read, and tell it."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from agent.delivery import losses
from agent.delivery.database import Database, DatabaseDamagedError, open_file
from agent.delivery.outbox import SMALL_FILE_BYTES
from agent.uplink_budget import BULK
from shared.frame import Lane
from shared.identity import Epoch
from shared.receipt import SeqRange

_LOG = logging.getLogger(__name__)
# Python decodes SQLite's error text strictly, and a damaged file's may hold damaged names.
_UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)
_SUFFIXES: Final = ("", "-wal", "-shm")
# Diagnosis state is worth little when damaged: N of M fills again, and open episodes that the
# collector knows are reconciled by the next snapshot. Rows nobody has received are worth most.
_TABLES: Final = ("memory", "episode", "spend", "command_seen", "uplink_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What became of a damaged file."""

    set_aside: Path
    reason: str
    rows_saved: int
    rows_damaged: int


def open_or_salvage(path: Path, *, now: datetime) -> tuple[Database, Salvaged | None]:
    """Open the agent database; a damaged one is renamed ``.corrupt-<time>`` and salvaged.

    The new file begins a new epoch; rows taken over keep their bytes and identity.
    OperationalError passes through when the place is at fault (locked, read-only, full).
    """
    try:
        return open_file(path), None
    except DatabaseDamagedError as error:
        reason = str(error)
    aside = _set_aside(path, now=now)
    _LOG.error("agent database %s is damaged (%s); salvaging into a new one", path.name, reason)
    counter, last_seq = _read_epoch(aside)
    database = open_file(path, first_counter=counter + 1)
    with database.transaction():
        saved, damaged, epoch_text = _copy_outbox(aside, database)
        for table in _TABLES:
            _copy_table(aside, database, table)
        losses.add_range(
            database.connection,
            epoch=epoch_text,
            lane=0,
            lost=SeqRange(1, max(1, last_seq)),
            reason=f"database damaged: {saved} rows saved, {damaged} unreadable"[:300],
        )
    return database, Salvaged(
        set_aside=aside, reason=reason, rows_saved=saved, rows_damaged=damaged
    )


def _set_aside(path: Path, *, now: datetime) -> Path:
    aside = path.with_name(f"{path.name}.corrupt-{now:%Y%m%dT%H%M%S.%f}")
    for suffix in _SUFFIXES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(aside.with_name(aside.name + suffix))
    return aside


@contextlib.contextmanager
def _reading(aside: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(aside, isolation_level=None)
    # Damaged text would raise and end the scan; damaged bytes only fail their checksum.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield connection
    finally:
        connection.close()


def _read_epoch(aside: Path) -> tuple[int, int]:
    """The old file's epoch counter and last seq, as far as they can be read."""
    try:
        with _reading(aside) as old:
            found = dict(old.execute("SELECT key, value FROM meta").fetchall())
        counter = Epoch.parse(found.get("epoch", "")).counter
        return min(max(counter, 1), 2**31), min(max(int(found.get("next_seq", "2")) - 1, 1), 2**62)
    except (sqlite3.Error, ValueError, TypeError):
        return 1, 1


def _copy_outbox(aside: Path, database: Database) -> tuple[int, int, str]:
    """Copy rows with a sound checksum, from both ends: damage in the middle hides the rest."""
    saved: set[tuple[str, int]] = set()
    damaged = 0
    for direction in ("ASC", "DESC"):
        try:
            with _reading(aside) as old:
                for row in old.execute(
                    "SELECT epoch, seq, lane, state, created_us, receipt_us, crc, frame"
                    f" FROM outbox ORDER BY id {direction}"
                ):
                    if (row[0], row[1]) in saved:
                        continue
                    if _keep(database, row):
                        saved.add((row[0], row[1]))
                    elif direction == "ASC":
                        damaged += 1
        except _UNREADABLE as error:
            _LOG.warning("reading the damaged outbox ended early: %s", error)
    return len(saved), damaged, next(iter(saved))[0] if saved else str(database.epoch())


def _keep(database: Database, row: tuple[object, ...]) -> bool:
    epoch, seq, lane, state, created_us, receipt_us, crc, frame = row
    if not isinstance(frame, bytes) or zlib.crc32(frame) != crc:
        return False
    try:
        Epoch.parse(str(epoch))
        cursor = database.connection.execute(
            """
            INSERT INTO outbox
                (epoch, seq, lane, rank, state, created_us, receipt_us, size, crc, frame)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            (
                epoch,
                seq,
                lane,
                BULK if lane == Lane.EVIDENCE and len(frame) > SMALL_FILE_BYTES else 0,
                2 if state == 2 and receipt_us is not None else 0,
                created_us,
                receipt_us,
                len(frame),
                crc,
                frame,
            ),
        )
    except (sqlite3.IntegrityError, ValueError):
        return False
    return cursor.rowcount == 1


def _copy_table(aside: Path, database: Database, table: str) -> None:
    try:
        with _reading(aside) as old:
            rows = old.execute(f"SELECT * FROM {table}").fetchall()
    except _UNREADABLE as error:
        _LOG.warning("table %s could not be salvaged: %s", table, error)
        return
    for row in rows:
        marks = ", ".join("?" * len(row))
        with contextlib.suppress(sqlite3.IntegrityError):
            database.connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
