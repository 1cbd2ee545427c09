"""apsw under the names of the sqlite3 module, so that the product's own code runs on a lab disk.

``connect_agent`` serves the agent; the collector takes it through SQLAlchemy with the address
``sqlite+powercut:////path?vfs=NAME``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import apsw
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.url import URL

from tests.lab.power_vfs import PowerVfs

Binary = memoryview
_OPERATIONAL = (
    apsw.SQLError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.FullError,
    apsw.IOError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
)


def _as_sqlite3(error: apsw.Error) -> sqlite3.Error:
    kind: type[sqlite3.Error] = sqlite3.DatabaseError
    if isinstance(error, apsw.ConstraintError):
        kind = sqlite3.IntegrityError
    elif isinstance(error, _OPERATIONAL):
        kind = sqlite3.OperationalError
    made = kind(str(error))
    made.sqlite_errorcode = getattr(error, "extendedresult", 1)
    return made


class Cursor:
    """Reads everything at once; answers as a cursor of sqlite3 does."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self.description: Sequence[tuple[Any, ...]] | None = None
        self.rowcount = -1
        self.lastrowid = 0

    def execute(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Cursor:
        """Run one statement to its end."""
        self.description = None
        cursor = self._connection.cursor()
        cursor.exec_trace = self._look
        try:
            rows = list(cursor.execute(sql, values or None))
        except apsw.Error as error:
            raise _as_sqlite3(error) from error
        self._rows = iter(rows)
        changes = sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}
        self.rowcount = self._connection.changes() if changes else -1
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> Cursor:
        """The same statement for many rows."""
        for values in many:
            self.execute(sql, values)
        return self

    def _look(self, cursor: apsw.Cursor, _sql: str, _values: object) -> bool:
        found = cursor.get_description()
        self.description = [(name, *[None] * 6) for name, _ in found] if found else None
        return True

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""
        return list(self._rows)

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Some of them."""
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def close(self) -> None:
        """Nothing is open."""


class Connection:
    """Takes no transaction by itself, as with ``isolation_level=None``."""

    isolation_level = None

    def __init__(self, path: str, *, vfs: str) -> None:
        self._connection = apsw.Connection(path, vfs=vfs)
        self.execute("PRAGMA locking_mode = exclusive")
        self.execute("PRAGMA temp_store = memory")

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """What the product asks for before it sets its pragmas."""
        return sqlite3.Connection

    @property
    def in_transaction(self) -> bool:
        """True between BEGIN and COMMIT."""
        return self._connection.in_transaction

    def cursor(self, *_: object) -> Cursor:
        """A new one."""
        return Cursor(self._connection)

    def execute(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Cursor:
        """On a cursor of its own."""
        return self.cursor().execute(sql, values)

    def executescript(self, script: str) -> Cursor:
        """apsw runs several statements at once anyway."""
        return self.execute(script)

    def commit(self) -> None:
        """End the transaction, if there is one."""
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """End it without a change."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    def create_function(
        self, name: str, count: int, function: Callable[..., Any], **_: object
    ) -> None:
        """A function in SQL."""
        self._connection.create_scalar_function(name, function, count)

    def close(self) -> None:
        """Close; what is written meanwhile no longer matters after a cut."""
        self._connection.close()


def connect_agent(vfs: PowerVfs) -> Callable[[Path], sqlite3.Connection]:
    """What ``agent.delivery.opening.open_file`` takes as ``connect``."""
    return lambda path: cast(sqlite3.Connection, Connection(str(path), vfs=vfs.name))


class _Module:
    """The parts of the module sqlite3 that SQLAlchemy looks at."""

    paramstyle = "qmark"
    sqlite_version_info = sqlite3.sqlite_version_info
    Binary = Binary
    Error = sqlite3.Error
    Warning = sqlite3.Warning
    InterfaceError = sqlite3.InterfaceError
    DatabaseError = sqlite3.DatabaseError
    DataError = sqlite3.DataError
    OperationalError = sqlite3.OperationalError
    IntegrityError = sqlite3.IntegrityError
    InternalError = sqlite3.InternalError
    ProgrammingError = sqlite3.ProgrammingError
    NotSupportedError = sqlite3.NotSupportedError

    @staticmethod
    def connect(path: str, *, vfs: str) -> Connection:
        """Open on a registered lab disk."""
        return Connection(path, vfs=vfs)


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's SQLite with this driver under it."""

    driver = "powercut"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """Ours instead of sqlite3."""
        return _Module

    def create_connect_args(self, url: URL) -> Any:
        """Path and disk."""
        return [url.database], {"vfs": url.query["vfs"]}


registry.register("sqlite.powercut", __name__, "Dialect")


def engine_url(path: Path, vfs: PowerVfs) -> str:
    """The address for ``collector.store.engine.open_engine``."""
    return f"sqlite+powercut:///{path}?vfs={vfs.name}"
