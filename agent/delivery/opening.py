"""Opens the agent database: checked, brought up to date, and never behind its own numbers."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from pathlib import Path
from typing import Final

from agent.delivery import high_water, losses, schema
from agent.delivery.ballast import ballast_of
from agent.delivery.damage import DatabaseDamagedError, condemned, is_damage
from agent.delivery.database import OUTSIDE, Database, Outside
from agent.delivery.rank import rank_of_frame
from agent.delivery.room import LOG_PAGES, MOST_LOG_BYTES, NEEDED_TO_OPEN_BYTES
from agent.uplink_budget import BULK
from shared.frame import Lane
from shared.identity import Epoch
from shared.limits import MAX_SEQ
from shared.receipt import SeqRange

_LOG = logging.getLogger(__name__)
_WITHOUT_RANKS: Final = 1  # the schema's version whose rows have no rank


def open_file(path: Path, *, first_counter: int = 1, outside: Outside = OUTSIDE) -> Database:
    """Open or create the file (mode 0600); DatabaseDamagedError when it is not sound.

    ``first_counter`` is the epoch's counter when the file is new.
    """
    if (why := condemned(path)) is not None:
        raise DatabaseDamagedError(why)
    _create_private(path)
    _make_room_to_open(path, outside)
    connection = outside.connect(path)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only a new file takes it
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -512")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        # One large transaction makes the log grow beyond that; without this it would stay so.
        connection.execute(f"PRAGMA journal_size_limit = {MOST_LOG_BYTES}")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise DatabaseDamagedError(verdict)
        database = Database(connection, path, outside)
        _bring_up_to_date(database, first_counter=first_counter, nonce=outside.nonce())
        _check_numbers(database)
        _check_high_water(database)
        with contextlib.suppress(sqlite3.OperationalError):  # full: the next commit says so
            database.room.lay()
            database.reclaim()
    except (sqlite3.DatabaseError, UnicodeDecodeError, ValueError, TypeError) as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise
        raise DatabaseDamagedError(str(error)) from error
    except DatabaseDamagedError:
        connection.close()
        raise
    return database


def open_for_reading(path: Path) -> Database:
    """Open beside a running agent to look only; OperationalError when there is no such file."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0)
    return Database(connection, path, OUTSIDE, is_for_reading=True)


def _create_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _make_room_to_open(path: Path, outside: Outside) -> None:
    """Give the ballast's place to the log and its index, which a full disk would refuse."""
    if outside.volume_of(path.parent).free().bytes < NEEDED_TO_OPEN_BYTES:
        ballast_of(path).unlink(missing_ok=True)


def _check_numbers(database: Database) -> None:
    """Refuse a file that would give an identity out twice: its next number must be a new one."""
    epoch, following = database.epoch(), int(database.meta("next_seq") or "")
    (newest,) = database.connection.execute(
        "SELECT coalesce(max(seq), 0) FROM outbox WHERE epoch = ?", (str(epoch),)
    ).fetchone()
    if not int(newest) < following <= MAX_SEQ:
        raise DatabaseDamagedError(f"row {newest} is there, and {following} would be the next")


def _check_high_water(database: Database) -> None:
    """Begin a new epoch where committed rows are gone or may be, and tell which."""
    behind = high_water.compare(database.mark(), high_water.path_of(database.path))
    if behind is None:
        database.high_water.note(database.mark())
        return
    with database.transaction() as db:
        if behind.lost is not None:
            first, last = behind.lost
            losses.add_range(
                db,
                epoch=str(first.epoch),
                lane=0,
                lost=SeqRange(first.seq, last.seq),
                reason="rows missing from the database: its log was damaged, or it is an old copy",
            )
        epoch = database.begin_epoch(counter=behind.counter)
    _LOG.warning("epoch %s begins in %s: %s", epoch, database.path.name, behind.why)


def _rank_rows(db: sqlite3.Connection) -> str:
    """The statement that gives pieces of large files the rank that the new column lacks."""
    rows = db.execute("SELECT id, frame FROM outbox WHERE lane = ?", (int(Lane.EVIDENCE),))
    bulk = (str(row_id) for row_id, frame in rows if rank_of_frame(bytes(frame)) == BULK)
    return f"\nUPDATE outbox SET rank = {BULK} WHERE id IN ({', '.join(bulk)});"


def _bring_up_to_date(database: Database, *, first_counter: int, nonce: int) -> None:
    (found,) = database.connection.execute("PRAGMA user_version").fetchone()
    if found > len(schema.VERSIONS):
        raise DatabaseDamagedError(f"version {found} was written by a newer agent")
    if found == len(schema.VERSIONS):
        return
    # executescript would commit a transaction of ours first, so it brings its own.
    script = "\n".join(schema.VERSIONS[found:])
    if found == _WITHOUT_RANKS:
        script += _rank_rows(database.connection)
    epoch = Epoch(first_counter, nonce)
    first = f"INSERT INTO meta VALUES ('epoch', '{epoch}'), ('next_seq', '1');"
    database.connection.executescript(
        f"BEGIN IMMEDIATE;\n{script}\n{first if found == 0 else ''}\n"
        f"PRAGMA user_version = {len(schema.VERSIONS)};\nCOMMIT;"
    )
