"""Rows that will never reach the collector, told as gaps in the next health message."""

from __future__ import annotations

import sqlite3

from shared.health import Lost
from shared.receipt import SeqRange

MAX_TOLD = 64  # the health message's bound; the rest waits for the next one


def add(db: sqlite3.Connection, *, epoch: str, lane: int, seq: int, reason: str) -> None:
    """Note one lost row; it joins the newest gap when it continues it."""
    joined = db.execute(
        """
        UPDATE lost SET last = :seq
        WHERE id = (SELECT max(id) FROM lost WHERE lane = :lane)
          AND epoch = :epoch AND reason = :reason AND last = :seq - 1
        """,
        {"epoch": epoch, "lane": lane, "seq": seq, "reason": reason},
    )
    if joined.rowcount == 0:
        add_range(db, epoch=epoch, lane=lane, lost=SeqRange(seq, seq), reason=reason)


def add_range(
    db: sqlite3.Connection, *, epoch: str, lane: int, lost: SeqRange, reason: str
) -> None:
    """Note a gap; lane 0 when it is not known which lanes the rows were of."""
    db.execute(
        "INSERT INTO lost (epoch, lane, first, last, reason) VALUES (?, ?, ?, ?, ?)",
        (epoch, int(lane), lost.first, lost.last, reason),
    )


def take(db: sqlite3.Connection, *, current_epoch: str) -> tuple[Lost, ...]:
    """Remove and return gaps for a health message, in the transaction that appends it."""
    rows = db.execute(
        "SELECT id, epoch, lane, first, last, reason FROM lost ORDER BY id LIMIT ?", (MAX_TOLD,)
    ).fetchall()
    db.executemany("DELETE FROM lost WHERE id = ?", [(row[0],) for row in rows])
    return tuple(
        Lost(
            lane,
            SeqRange(first, last),
            reason if epoch == current_epoch else f"{reason} (epoch {epoch})",
        )
        for _, epoch, lane, first, last, reason in rows
    )
