"""INSERT: with ON CONFLICT in the dialect at hand, or of one row whose new id is wanted."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(db: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """SQLite and PostgreSQL share the clause, not the construct."""
    if db.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_row(db: Connection, table: Table, **values: object) -> int:
    """Insert one row into a table with an integer key and return that key."""
    key = db.execute(insert(table).values(**values)).inserted_primary_key
    if key is None:
        raise TypeError(f"table {table.name} gives no key back")
    return int(key[0])
