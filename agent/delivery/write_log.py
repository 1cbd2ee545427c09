"""The audit log: everything that was written to a camera, by whose order, and what it answered."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.delivery.database import from_us, to_us

KEPT: Final = 2000  # rows of all devices together; a test writes two
UNANSWERED: Final = "not answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write; ``after`` is what was read back, '' when it was not."""

    device_id: str
    at: datetime
    ordered_by: str
    operation: str
    what: str
    before: str
    after: str = ""
    answer: str = UNANSWERED


def add(db: sqlite3.Connection, write: Write) -> int:
    """Note a write before it is sent; the oldest of many are dropped. Returns its number."""
    cursor = db.execute(
        """
        INSERT INTO write_log
            (device_id, at_us, ordered_by, operation, what, before, after, answer)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            write.device_id,
            to_us(write.at),
            write.ordered_by[:120],
            write.operation,
            write.what,
            write.before,
            write.after,
            write.answer,
        ),
    )
    number = int(cursor.lastrowid or 0)
    db.execute("DELETE FROM write_log WHERE id <= ?", (number - KEPT,))
    return number


def note_answer(db: sqlite3.Connection, number: int, *, answer: str, after: str = "") -> None:
    """Note what the camera answered, and what was read back."""
    db.execute(
        """
        UPDATE write_log SET answer = :answer,
            after = CASE WHEN :after = '' THEN after ELSE :after END
        WHERE id = :id
        """,
        {"id": number, "answer": answer[:300], "after": after},
    )


def read(
    db: sqlite3.Connection, device_id: str | None = None, *, since: datetime | None = None
) -> tuple[Write, ...]:
    """Writes of a device, or of all, oldest first."""
    rows = db.execute(
        """
        SELECT device_id, at_us, ordered_by, operation, what, before, after, answer
        FROM write_log WHERE (:device IS NULL OR device_id = :device) AND at_us >= :since
        ORDER BY id
        """,
        {"device": device_id, "since": to_us(since) if since else 0},
    )
    return tuple(
        Write(
            device_id=row[0],
            at=from_us(row[1]),
            ordered_by=row[2],
            operation=row[3],
            what=row[4],
            before=row[5],
            after=row[6],
            answer=row[7],
        )
        for row in rows
    )
