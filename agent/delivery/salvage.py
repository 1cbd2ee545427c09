"""A damaged agent database: take over what can still be read, set it aside, and tell it."""

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

from agent.delivery import high_water, losses, soundness
from agent.delivery.ballast import ballast_of
from agent.delivery.damage import DatabaseDamagedError, acquit, is_full
from agent.delivery.database import OUTSIDE, Database, Outside, to_us
from agent.delivery.high_water import Mark
from agent.delivery.opening import open_file
from agent.delivery.rank import rank_of_frame
from agent.delivery.scan import COLUMNS, Scan, reading
from shared.frame import FrameError, Header, Lane, unpack
from shared.identity import Epoch
from shared.limits import MAX_SEQ
from shared.receipt import SeqRange

_LOG = logging.getLogger(__name__)
_SUFFIXES: Final = ("-wal", "-shm", "")  # the log first: beside a new file it would be replayed
_SETS_ASIDE: Final = 2  # the newest ones stay for people to look at
# Rows nobody has received are worth most, and of those the faults. Readings are not taken over:
# a telemetry batch has most of them, and rules look back only a little.
_TABLES: Final = (
    "memory", "episode", "spend", "last_run", "baseline", "command_seen", "uplink_day",
    "evicted", "lost", "restore", "write_log", "device_day",
)  # fmt: skip
# Never the old numbers: the new file begins its own epoch.
_META: Final = (
    "SELECT key, value FROM meta WHERE key NOT IN ('epoch', 'next_seq', 'telemetry_upto')"
)
_NO_ROWS: Final = (sqlite3.Error, UnicodeDecodeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What became of a damaged file."""

    set_aside: Path
    reason: str
    rows_saved: int
    rows_damaged: int


def open_or_salvage(
    path: Path, *, now: datetime, outside: Outside = OUTSIDE
) -> tuple[Database, Salvaged | None]:
    """Open the agent database; a damaged one is renamed ``.corrupt-<time>`` and salvaged.

    The new file begins a new epoch; rows taken over keep their bytes and identity. The new file
    is complete before it takes the old one's place: a kill in between costs nothing.
    OperationalError passes through when the place is at fault (locked, read-only, full).
    """
    if _complete(path).exists():
        _exchange(path, now=now)
    try:
        return _open_checked(path, outside), None
    except DatabaseDamagedError as error:
        reason = str(error)
    _LOG.error("agent database %s is damaged (%s); salvaging into a new one", path.name, reason)
    ballast_of(path).unlink(missing_ok=True)  # its place is needed now, and it is laid again
    saved, damaged = _salvage(path, now=now, outside=outside)
    aside = _exchange(path, now=now)
    database = _open_checked(path, outside)
    _forget_older(path, keep=1 if database.room.is_tight else _SETS_ASIDE)
    return database, Salvaged(
        set_aside=aside, reason=reason, rows_saved=saved, rows_damaged=damaged
    )


def _open_checked(path: Path, outside: Outside) -> Database:
    database = open_file(path, outside=outside)
    try:
        soundness.check(database)
    except DatabaseDamagedError:
        database.close()
        raise
    return database


def _complete(path: Path) -> Path:
    """Where a salvaged file waits, complete, to take the damaged one's place."""
    return path.with_name(path.name + ".salvaged")


def _exchange(path: Path, *, now: datetime) -> Path:
    """Set the damaged file aside and put the salvaged one in its place."""
    aside = path.with_name(f"{path.name}.corrupt-{now:%Y%m%dT%H%M%S.%f}")
    for suffix in _SUFFIXES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(aside.with_name(aside.name + suffix))
    _complete(path).rename(path)
    acquit(path)
    return aside


def _forget_older(path: Path, *, keep: int) -> None:
    """Delete all but the newest files set aside: a dying card must not fill itself with them."""
    sets = sorted(p for p in path.parent.glob(f"{path.name}.corrupt-*") if p.suffix[-4:-3] != "-")
    for old in sets[:-keep]:
        for suffix in _SUFFIXES:
            old.with_name(old.name + suffix).unlink(missing_ok=True)


def _salvage(path: Path, *, now: datetime, outside: Outside) -> tuple[int, int]:
    """Make the new file, complete; rows saved, and rows that could not be read."""
    work = path.with_name(path.name + ".salvaging")
    for suffix in _SUFFIXES:
        work.with_name(work.name + suffix).unlink(missing_ok=True)
    high_water.path_of(work).unlink(missing_ok=True)
    epoch, last_seq = _read_epoch(path)
    database = open_file(work, first_counter=epoch.counter + 1 if epoch else 2, outside=outside)
    ballast_of(work).unlink(missing_ok=True)
    damaged = _copy_outbox(path, database, now=now)
    with _while_there_is_room(), database.transaction() as db:
        for table in _TABLES:
            _copy_table(path, db, table)
        _copy_meta(path, db)
    with database.transaction() as db:
        (saved,) = db.execute("SELECT count(*) FROM outbox").fetchone()
        newest = db.execute("SELECT epoch, seq FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
        of = str(epoch) if epoch else newest[0] if newest else str(database.epoch())
        upto = max(1, last_seq, newest[1] if newest and newest[0] == of else 1)
        losses.add_range(
            db,
            epoch=of,
            lane=0,
            lost=SeqRange(1, upto),
            reason=f"database damaged: {saved} rows saved, {damaged} unreadable",
        )
    database.close()
    ballast_of(work).unlink(missing_ok=True)
    # The old file's high water stays beside the new one: it is behind, not ahead.
    high_water.path_of(work).unlink(missing_ok=True)
    work.rename(_complete(path))
    return saved, damaged


def _read_epoch(path: Path) -> tuple[Epoch | None, int]:
    """The old file's epoch and last seq, as far as it and the file beside it can be read."""
    known = None
    with contextlib.suppress(high_water.UnreadableError, OSError):
        known = high_water.read(high_water.path_of(path))
    found = _read_mark(path)
    newest = max((mark for mark in (known, found) if mark), default=None)
    return (newest.epoch, max(newest.seq, 1)) if newest else (None, 1)


def _read_mark(path: Path) -> Mark | None:
    try:
        with reading(path) as old:
            found = dict(old.execute("SELECT key, value FROM meta").fetchall())
        epoch = Epoch.parse(found.get("epoch", ""))
        if not (1 <= epoch.counter < 2**31 and 0 <= epoch.nonce < 2**63):
            return None
        return Mark(epoch, min(max(int(found.get("next_seq", "2")) - 1, 1), MAX_SEQ))
    except (*_NO_ROWS, ValueError, TypeError):
        return None


@contextlib.contextmanager
def _while_there_is_room() -> Iterator[None]:
    """Let a full disk end this part only: what came before it is in the new file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        _LOG.error("the disk is full: the rest of the damaged database stays where it is")


def _copy_outbox(path: Path, database: Database, *, now: datetime) -> int:
    """Copy rows with a sound checksum, faults before everything else; how many were damaged."""
    damaged = 0
    for only in ("AND lane = 1", ""):
        damaged = 0
        with _while_there_is_room(), database.transaction() as db, reading(path) as old:
            scan = Scan(old, only)
            for row in scan:
                damaged += not _keep(db, row, now=now)
            damaged += scan.unreadable
    return damaged


def _keep(db: sqlite3.Connection, row: tuple[object, ...], *, now: datetime) -> bool:
    """Take a row over under the name that its frame carries; False when the frame is damaged."""
    state, created_us, receipt_us, crc, frame = row[1 : 1 + len(COLUMNS)]
    if not isinstance(frame, bytes) or zlib.crc32(frame) != crc or not (head := _header(frame)):
        return False
    is_delivered = state == 2 and _is_time(receipt_us)
    db.execute(
        """
        INSERT INTO outbox
            (epoch, seq, lane, rank, state, created_us, receipt_us, size, crc, frame)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
        (
            str(head.epoch),
            head.seq,
            head.lane,
            rank_of_frame(frame),
            2 if is_delivered else 0,
            created_us if _is_time(created_us) else to_us(now),
            receipt_us if is_delivered else None,
            len(frame),
            crc,
            frame,
        ),
    )
    return True


def _header(frame: bytes) -> Header | None:
    try:
        header = unpack(frame).header
    except FrameError:
        return None
    return header if header.lane < Lane.PRESENCE and header.seq else None


def _is_time(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < 250 * 10**15


def _copy_table(path: Path, db: sqlite3.Connection, table: str) -> None:
    try:
        with reading(path) as old:
            cursor = old.execute(f"SELECT * FROM {table}")
            # An older agent's file may lack columns that were added since.
            names = ", ".join(f'"{column[0]}"' for column in cursor.description)
            rows = cursor.fetchall()
    except _NO_ROWS as error:
        _LOG.warning("table %s could not be salvaged: %s", table, error)
        return
    for row in rows:
        marks = ", ".join("?" * len(row))
        if soundness.is_sound(table, row):
            db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)


def _copy_meta(path: Path, db: sqlite3.Connection) -> None:
    """Take over what was agreed with the collector: its generation, and ordered settings."""
    found: list[tuple[object, object]] = []
    with contextlib.suppress(*_NO_ROWS), reading(path) as old:
        found = old.execute(_META).fetchall()
    for row in found:
        if soundness.is_sound("meta", row):
            db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", row)
