"""Bytes that the uplink carried, by day; each function one statement."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Final

_KEPT_DAYS: Final = 400


def add(db: sqlite3.Connection, *, day: date, count: int) -> None:
    """Add bytes to a day, and those of days that have not come yet: a clock was wrong then.

    The newest 400 days are kept, by their number: a clock ten years ahead forgets none of them.
    """
    ahead = {"day": day.isoformat()}
    (early,) = db.execute(
        "SELECT coalesce(sum(bytes), 0) FROM uplink_day WHERE day > :day", ahead
    ).fetchone()
    db.execute("DELETE FROM uplink_day WHERE day > :day", ahead)
    db.execute(
        """
        DELETE FROM uplink_day WHERE day <=
            (SELECT day FROM uplink_day ORDER BY day DESC LIMIT 1 OFFSET :kept)
        """,
        {"kept": _KEPT_DAYS},
    )
    db.execute(
        """
        INSERT INTO uplink_day VALUES (:day, :count)
        ON CONFLICT (day) DO UPDATE SET bytes = bytes + excluded.bytes
        """,
        {"day": day.isoformat(), "count": count + int(early)},
    )


def between(db: sqlite3.Connection, *, first: date, last: date) -> int:
    """Bytes of the days from ``first`` to ``last``, both included."""
    (found,) = db.execute(
        "SELECT coalesce(sum(bytes), 0) FROM uplink_day WHERE day BETWEEN ? AND ?",
        (first.isoformat(), last.isoformat()),
    ).fetchone()
    return int(found)
