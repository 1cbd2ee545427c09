"""INSERT at the driver's pace, with ON CONFLICT, or of one row whose new id is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table, insert
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(db: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """SQLite and PostgreSQL share the clause, not the construct."""
    if db.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_row(db: Connection, table: Table, **values: object) -> int:
    """Insert one row into a table with an integer key and return that key."""
    key = db.execute(_insert(table), values).inserted_primary_key
    if key is None:
        raise TypeError(f"table {table.name} gives no key back")
    return int(key[0])


def insert_once(db: Connection, table: Table, key: tuple[str, ...], **values: object) -> bool:
    """Insert one row; False when there is one with the same ``key`` already, which stays."""
    return db.execute(_insert_new(db.dialect.name, table, key), values).rowcount == 1


@cache
def _insert_new(
    dialect: str, table: Table, key: tuple[str, ...]
) -> sqlite.Insert | postgresql.Insert:
    """Made once, as ``_insert``."""
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing(index_elements=key)


@cache
def _insert(table: Table) -> Insert:
    """One a table: values given apart from it do not make SQLAlchemy look at it anew each time,
    which takes longer than the database does."""
    return insert(table)


def insert_tuples(
    db: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows whose values the driver takes as they are (see ``driver_value``).

    For telemetry and for lists of many thousand units: preparing each row by SQLAlchemy takes
    longer there than all that the database does with it.
    """
    if rows:
        mark = "?" if db.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(names))
        db.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", list(rows)
        )


def driver_value(db: Connection, column: Column[Any], value: object) -> object:
    """What the driver is given for a value of this column."""
    process = column.type.dialect_impl(db.dialect).bind_processor(db.dialect)
    return process(value) if process else value
