"""Bytes that the uplink carried, by day; each function one statement."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Final

_KEPT: Final = timedelta(days=400)


def add(db: sqlite3.Connection, *, day: date, count: int) -> None:
    """Add bytes to a day; days of another year are forgotten."""
    db.execute("DELETE FROM uplink_day WHERE day < ?", ((day - _KEPT).isoformat(),))
    db.execute(
        """
        INSERT INTO uplink_day VALUES (:day, :count)
        ON CONFLICT (day) DO UPDATE SET bytes = bytes + excluded.bytes
        """,
        {"day": day.isoformat(), "count": count},
    )


def between(db: sqlite3.Connection, *, first: date, last: date) -> int:
    """Bytes of the days from ``first`` to ``last``, both included."""
    (found,) = db.execute(
        "SELECT coalesce(sum(bytes), 0) FROM uplink_day WHERE day BETWEEN ? AND ?",
        (first.isoformat(), last.isoformat()),
    ).fetchone()
    return int(found)
