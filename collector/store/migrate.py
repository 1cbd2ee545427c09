"""Brings a store to the newest schema; an empty one is made whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import collector.migrations
from collector.store.postgresql import look_over


class NewerStoreError(RuntimeError):
    """The store was written by a newer version of this program."""


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Upgrade in one transaction; returns the revisions before and after.

    NewerStoreError or UnfitDatabaseError when this program or this database will not do.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    if head is None:
        raise RuntimeError("the program came without its migrations; install it again")
    with _rebuilding(engine) as db:
        look_over(db)
        before = MigrationContext.configure(db).get_current_revision()
        if before is not None and before not in {s.revision for s in scripts.walk_revisions()}:
            raise NewerStoreError(
                f"the store has schema {before}, which this version does not know; "
                "install the newer version again or restore a backup"
            )
        if before != head:
            config.attributes["connection"] = db
            command.upgrade(config, "head")
            _check_references(db)
    return before, head


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[Connection]:
    """One transaction in which a table may be made anew while others refer to it.

    SQLite changes a column by copying its table, and dropping the old one counts as deleting its
    rows unless foreign keys are off, which it allows outside of a transaction only
    (sqlite.org/lang_altertable.html, section 7).
    """
    with engine.connect() as db:
        _switch(db, "OFF")
        try:
            with db.begin():
                yield db
        finally:
            _switch(db, "ON")


def _switch(db: Connection, state: str) -> None:
    """Foreign keys of SQLite ``ON`` or ``OFF``, outside of a transaction."""
    driver = db.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA foreign_keys = {state}")


def _check_references(db: Connection) -> None:
    """ValueError, and nothing is changed, when a row refers to one that is not there."""
    if db.dialect.name != "sqlite":
        return
    broken = db.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if broken:
        rows = ", ".join(f"{row[0]} row {row[1]} → {row[2]}" for row in broken)
        raise ValueError(f"the store has rows that refer to nothing: {rows}; restore a backup")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(collector.migrations.__file__).parent))
    return config
