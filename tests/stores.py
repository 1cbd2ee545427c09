"""The store under test: SQLite in the test's folder, or a database of a PostgreSQL of our own.

``pytest --store postgresql`` runs the same tests on PostgreSQL. Whoever makes a store asks here
for its address, and whoever writes a collector's configuration lets ``point`` name it there.
What every store begins with is made once and copied: an empty one takes as long to migrate as
many a test.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from pg8000.native import Connection
from sqlalchemy import Engine, make_url, text

from collector.config import read_config
from collector.store.engine import open_engine, reader, sqlite_url
from collector.store.migrate import migrate
from tests.both_stores import demand_listed
from tests.postgresql import Server, start, why_missing

NAMES: Final = ("sqlite", "postgresql")
_ATTACHED: Final = "PRECLAIM_TEST_POSTGRESQL"  # tells child processes where the server is


@dataclass(frozen=True)
class Template:
    """What a store begins with: ``fill`` is called once a run, and its result is copied."""

    name: str
    fill: Callable[[Engine], object]


MIGRATED: Final = Template("migrated", migrate)


class Stores:
    """Gives out stores; one for the whole test run, and for the processes that tests start."""

    def __init__(self) -> None:
        self.name = "postgresql" if _ATTACHED in os.environ else "sqlite"
        self._server: Server | None = None
        self._admin: Connection | None = None
        self._made: set[str] = set()
        self._databases: set[str] = set()  # PostgreSQL's templates
        self._files: dict[str, bytes] = {}  # SQLite's

    def url(self, directory: Path, template: Template = MIGRATED) -> str:
        """The address of this folder's store; the same folder has the same store."""
        if url := self.named(directory, template):
            return url
        file = directory / "collector.db"
        if not file.exists():
            file.write_bytes(self._file(template))
        return sqlite_url(directory)

    def named(self, directory: Path, template: Template = MIGRATED) -> str:
        """What a configuration must say to have this folder's store; '' for SQLite's default."""
        demand_listed()
        if self.name == "sqlite":
            return ""
        name = "t" + hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]
        attached = os.environ.get(_ATTACHED)
        if attached and self._server is None:  # in a child process: our parent made the database
            return f"{attached}/{name}"
        if name not in self._made:
            self._copy(self._database(template), name)
            self._made.add(name)
        return self.server().url(name)

    def point(self, configuration: Path) -> None:
        """Let this collector's configuration name the store of the folder it lies in."""
        if url := self.named(configuration.parent):
            found = configuration.read_text(encoding="utf-8")
            found = found.replace('database_url = ""\n', "")
            found = found.replace("[collector]\n", f'[collector]\ndatabase_url = "{url}"\n', 1)
            configuration.write_text(found, encoding="utf-8")

    def drop_all(self) -> None:
        """The databases that were made go."""
        for name in self._made:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._made.clear()

    def server(self) -> Server:
        """The PostgreSQL of this run, started at first use."""
        if self._server is None:
            if missing := why_missing():
                pytest.skip(missing)
            self._server = start()
            os.environ[_ATTACHED] = self._server.url("").rstrip("/")
        return self._server

    def stop(self) -> None:
        """End the PostgreSQL, if there is one."""
        if self._server is not None:
            del os.environ[_ATTACHED]
            if self._admin is not None:
                self._admin.close()
                self._admin = None
            self._server.destroy()
            self._server = None
            self._databases.clear()

    def _file(self, template: Template) -> bytes:
        if template.name not in self._files:
            with tempfile.TemporaryDirectory() as folder:
                _fill(sqlite_url(Path(folder)), template)
                self._files[template.name] = (Path(folder) / "collector.db").read_bytes()
        return self._files[template.name]

    def _database(self, template: Template) -> str:
        if template.name not in self._databases:
            self._copy("template1", template.name)
            _fill(self.server().url(template.name), template)
            self._databases.add(template.name)
        return template.name

    def _copy(self, source: str, name: str) -> None:
        """A file copy: the default, which logs every page, costs twice as much."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')

    def _run(self, sql: str) -> None:
        """One connection for a database a test: a psql each would take longer than the copy."""
        if self._admin is None:
            self._admin = Connection(
                "preclaim", host="127.0.0.1", port=self.server().port, database="postgres"
            )
        self._admin.run(sql)

    def back_up(self, directory: Path, to: Path) -> None:
        """A copy of the folder's store as an administrator makes it (docs/operations.md)."""
        if self.name == "sqlite":
            with (
                closing(sqlite3.connect(directory / "collector.db")) as source,
                closing(sqlite3.connect(to)) as copy,
            ):
                source.backup(copy)
            return
        database = make_url(self.named(directory)).database or ""
        to.write_bytes(self.server().call("pg_dump", "-Fc", database))

    def put_back(self, directory: Path, backup: Path) -> None:
        """The backup in the place of the store; nobody may be connected to SQLite's."""
        if self.name == "sqlite":
            for name in ("collector.db-wal", "collector.db-shm"):
                (directory / name).unlink(missing_ok=True)
            (directory / "collector.db").write_bytes(backup.read_bytes())
            return
        database = make_url(self.named(directory)).database or ""
        self.server().call(
            *("pg_restore", "--clean", "--if-exists", "--single-transaction", "-d", database),
            given=backup.read_bytes(),
        )


def _fill(url: str, template: Template) -> None:
    engine = open_engine(url)
    try:
        template.fill(engine)
    finally:
        engine.dispose()  # SQLite's last connection leaves everything in the one file


STORES = Stores()


def ask(configuration: Path, sql: str) -> Sequence[tuple[Any, ...]]:
    """Read a collector's store from outside."""
    engine = open_store_of(configuration)
    try:
        with reader(engine) as db:
            return [tuple(row) for row in db.execute(text(sql))]
    finally:
        engine.dispose()


def open_store_of(configuration: Path) -> Engine:
    """The store that a collector's configuration names."""
    return open_engine(read_config(configuration).database_url)
