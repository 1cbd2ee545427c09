"""What the days of a device came to, one small blob a kind and day."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Final

KEPT_DAYS: Final = 800
"""The longest warranty of a camera (24 months) and what led up to its first day."""
OPEN: Final = ":open"  # behind a kind: the one day that still goes on


def keep(db: sqlite3.Connection, device_id: str, kind: str, day: date, blob: bytes) -> bool:
    """Close a day; False when it is closed already: a closed day never changes."""
    cursor = db.execute(
        """
        INSERT INTO device_day (device_id, kind, day, blob) VALUES (?, ?, ?, ?)
        ON CONFLICT (device_id, kind, day) DO NOTHING
        """,
        (device_id, kind, day.isoformat(), blob),
    )
    return cursor.rowcount == 1


def read(db: sqlite3.Connection, device_id: str, kind: str, *, since: date) -> dict[date, bytes]:
    """Closed days from ``since`` on, oldest first."""
    rows = db.execute(
        """
        SELECT day, blob FROM device_day
        WHERE device_id = ? AND kind = ? AND day >= ? ORDER BY day
        """,
        (device_id, kind, since.isoformat()),
    )
    return {date.fromisoformat(day): blob for day, blob in rows}


def read_first(
    db: sqlite3.Connection, device_id: str, kind: str, *, days: int, since: date = date.min
) -> dict[date, bytes]:
    """The first ``days`` closed days that are known from ``since`` on, oldest first."""
    rows = db.execute(
        """
        SELECT day, blob FROM device_day WHERE device_id = ? AND kind = ? AND day >= ?
        ORDER BY day LIMIT ?
        """,
        (device_id, kind, since.isoformat(), days),
    )
    return {date.fromisoformat(day): blob for day, blob in rows}


def read_on(db: sqlite3.Connection, kind: str, day: date) -> dict[str, bytes]:
    """By device, what this day came to; one that has not closed it yet is left out."""
    rows = db.execute(
        "SELECT device_id, blob FROM device_day WHERE kind = ? AND day = ? ORDER BY device_id",
        (kind, day.isoformat()),
    )
    return dict(rows.fetchall())


def read_open_on(db: sqlite3.Connection, kind: str, day: date) -> dict[str, bytes]:
    """By device, this day where it still goes on."""
    return read_on(db, kind + OPEN, day)


def drop(db: sqlite3.Connection, device_id: str, kind: str, *, but: int = KEPT_DAYS) -> None:
    """Forget closed days of a device but the newest ones.

    By count and not by date: a clock that is years ahead would forget all, day 0 included.
    """
    db.execute(
        """
        DELETE FROM device_day WHERE device_id = :device AND kind = :kind AND day <= (
            SELECT day FROM device_day WHERE device_id = :device AND kind = :kind
            ORDER BY day DESC LIMIT 1 OFFSET :but)
        """,
        {"device": device_id, "kind": kind, "but": but},
    )


def keep_open(db: sqlite3.Connection, device_id: str, kind: str, day: date, blob: bytes) -> None:
    """Keep the day that goes on, in place of what was kept of it."""
    drop_open(db, device_id, kind)
    keep(db, device_id, kind + OPEN, day, blob)


def read_open(db: sqlite3.Connection, device_id: str, kind: str) -> tuple[date, bytes] | None:
    """The day that goes on; None before the first visit."""
    row = db.execute(
        "SELECT day, blob FROM device_day WHERE device_id = ? AND kind = ?",
        (device_id, kind + OPEN),
    ).fetchone()
    return None if row is None else (date.fromisoformat(row[0]), row[1])


def drop_open(db: sqlite3.Connection, device_id: str, kind: str) -> None:
    """Forget it."""
    db.execute("DELETE FROM device_day WHERE device_id = ? AND kind = ?", (device_id, kind + OPEN))


def forget_device(db: sqlite3.Connection, device_id: str) -> None:
    """Forget all days: another device hangs at this position now."""
    db.execute("DELETE FROM device_day WHERE device_id = ?", (device_id,))
