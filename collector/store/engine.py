"""The engine: SQLite in WAL with synchronous FULL and one writer; other databases are untested."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS = 10_000


def sqlite_url(data_dir: Path) -> str:
    """Where the store lies when the configuration names no database."""
    return f"sqlite:///{data_dir / 'collector.db'}"


def open_engine(url: str) -> Engine:
    """Open the store; each ``engine.begin()`` is one transaction that takes the write lock first.

    BEGIN IMMEDIATE, because a transaction that reads first and writes later may find that
    another one wrote in between, and SQLite then refuses at once instead of waiting.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def reader(engine: Engine) -> Connection:
    """A connection for reading that takes no write lock; use it in a ``with`` block."""
    return engine.connect().execution_options(read_only=True)
