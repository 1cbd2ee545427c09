"""The restore journal: settings of cameras that an experiment changes and must put back.

A row is committed (synchronous=FULL) before the first write and goes when the camera was seen
with its own setting again, so that no crash in between can leave a camera changed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from agent.delivery.database import from_us, to_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A filter mode that is owed to a customer."""

    device_id: str
    identity: str  # serial the camera stated; '' when it stated none
    mode_before: str  # the customer's
    mode_set: str  # the experiment's
    ordered_by: str
    begun_at: datetime
    attempts: int = 0
    next_at: datetime | None = None  # when it is tried again; None: at once
    last_error: str = ""


def begin(db: sqlite3.Connection, owed: Owed) -> None:
    """Owe a mode; a device owes one at a time (sqlite3.IntegrityError)."""
    db.execute(
        "INSERT INTO restore VALUES (?, ?, ?, ?, ?, ?, 0, 0, '')",
        (
            owed.device_id,
            owed.identity,
            owed.mode_before,
            owed.mode_set,
            owed.ordered_by,
            to_us(owed.begun_at),
        ),
    )


def find(db: sqlite3.Connection, device_id: str) -> Owed | None:
    """What is owed to a device; None when nothing is."""
    row = db.execute("SELECT * FROM restore WHERE device_id = ?", (device_id,)).fetchone()
    return None if row is None else _owed(row)


def every(db: sqlite3.Connection) -> tuple[Owed, ...]:
    """All that is owed, oldest first."""
    return tuple(_owed(row) for row in db.execute("SELECT * FROM restore ORDER BY begun_us"))


def postpone(db: sqlite3.Connection, device_id: str, *, next_at: datetime, error: str) -> None:
    """Note an attempt that did not do it, and when the next one is due."""
    db.execute(
        """
        UPDATE restore SET attempts = attempts + 1, next_us = :next, last_error = :error
        WHERE device_id = :device
        """,
        {"device": device_id, "next": to_us(next_at), "error": error[:300]},
    )


def settle(db: sqlite3.Connection, device_id: str) -> None:
    """Nothing is owed any more."""
    db.execute("DELETE FROM restore WHERE device_id = ?", (device_id,))


def _owed(row: tuple[str, str, str, str, str, int, int, int, str]) -> Owed:
    return Owed(
        device_id=row[0],
        identity=row[1],
        mode_before=row[2],
        mode_set=row[3],
        ordered_by=row[4],
        begun_at=from_us(row[5]),
        attempts=row[6],
        next_at=from_us(row[7]) if row[7] else None,
        last_error=row[8],
    )
