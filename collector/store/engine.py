"""The engine of the store: SQLite in WAL with synchronous FULL, or PostgreSQL; one writer in both.

Whatever the database, ``engine.begin()`` is one transaction that no other writer overlaps, and an
``OperationalError`` means that nothing was taken and the same may be tried again. Only an
``IntegrityError`` or a ``DataError`` is about the values.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from collector.store import postgresql
from collector.store.turns import Turns

BUSY_MS = 10_000
_TURN: Final = "turn"
BACKENDS: Final = frozenset({"sqlite", "postgresql"})


def sqlite_url(data_dir: Path) -> str:
    """Where the store lies when the configuration names no database."""
    return f"sqlite:///{data_dir / 'collector.db'}"


def open_engine(url: str | URL) -> Engine:
    """Open the store; each ``engine.begin()`` is one transaction that takes the write lock first.

    Statements that fail never show their values: errors end up in logs, and values are secrets
    now and then.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return postgresql.open_engine(parsed)
    engine = create_engine(parsed, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "handle_error", _translate_sqlite, retval=True)
        _take_turns(engine)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _take_turns(engine: Engine) -> None:
    """Let writers of this process wait in order; SQLite's lock still keeps other processes out.

    Who waited in vain goes on to SQLite, which says that it is busy in its own words.
    """
    turns = Turns()

    def begin(connection: Connection) -> None:
        if not _is_reader(connection) and not connection.info.get(_TURN):
            connection.info[_TURN] = turns.take(timeout_s=BUSY_MS / 1000)

    def checkin(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(_TURN, False):
            turns.give()

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", checkin)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _translate_sqlite(context: ExceptionContext) -> BaseException | None:
    """Whatever is not certainly about the values may be tried again.

    A damaged page ("database disk image is malformed") comes as a bare DatabaseError, which would
    be taken for the fault of the row that met it.
    """
    known = context.sqlalchemy_exception
    if not isinstance(known, DBAPIError) or isinstance(
        known, IntegrityError | DataError | OperationalError
    ):
        return None
    return OperationalError(
        context.statement, None, context.original_exception, hide_parameters=True
    )


def _begin_sqlite(connection: Connection) -> None:
    """BEGIN IMMEDIATE, because a transaction that reads first and writes later may find that
    another one wrote in between, and SQLite then refuses at once instead of waiting."""
    connection.exec_driver_sql("BEGIN" if _is_reader(connection) else "BEGIN IMMEDIATE")


def _is_reader(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("read_only", False))


def reader(engine: Engine) -> Connection:
    """A connection for reading that takes no write lock; use it in a ``with`` block."""
    return engine.connect().execution_options(read_only=True)
