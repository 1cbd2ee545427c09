"""Rows that will never reach the collector, told as gaps in the next health message."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from shared import wire
from shared.frame import FrameError, Lane, unpack
from shared.health import Health, Lost
from shared.limits import MAX_SEQ
from shared.receipt import SeqRange

MAX_TOLD: Final = 64  # the health message's bound; the rest waits for the next one
_MAX_LANE: Final = 32
_MAX_REASON: Final = 340  # with the epoch behind it within the wire's 400
_OTHER_EPOCH: Final = re.compile(r" \(epoch (\d{1,10}-[0-9a-f]{16})\)$")


def add(db: sqlite3.Connection, *, epoch: object, lane: int, seq: object, reason: str) -> None:
    """Note one lost row; it joins the newest gap when it continues it.

    Epoch and seq may come from a damaged row; without a sound seq there is no gap to name, and
    the collector sees it by its neighbours.
    """
    if not isinstance(seq, int) or not 1 <= seq <= MAX_SEQ:
        return
    joined = db.execute(
        """
        UPDATE lost SET last = :seq
        WHERE id = (SELECT max(id) FROM lost WHERE lane = :lane)
          AND epoch = :epoch AND reason = :reason AND last = :seq - 1
        """,
        {"epoch": str(epoch), "lane": lane, "seq": seq, "reason": reason},
    )
    if joined.rowcount == 0:
        add_range(db, epoch=str(epoch), lane=lane, lost=SeqRange(seq, seq), reason=reason)


def add_range(
    db: sqlite3.Connection, *, epoch: str, lane: int, lost: SeqRange, reason: str
) -> None:
    """Note a gap; lane 0 when it is not known which lanes the rows were of."""
    db.execute(
        "INSERT INTO lost (epoch, lane, first, last, reason) VALUES (?, ?, ?, ?, ?)",
        (epoch, int(lane), lost.first, lost.last, reason),
    )


def give_back(db: sqlite3.Connection, *, epoch: str, frame: bytes) -> None:
    """Note again what a health message was to tell, because it will not arrive."""
    try:
        told = wire.decode_up(unpack(frame).body, Lane.HEALTH)
    except (FrameError, wire.WireError):
        return
    for lost in told.lost if isinstance(told, Health) else ():
        other = _OTHER_EPOCH.search(lost.reason)
        add_range(
            db,
            epoch=other.group(1) if other else epoch,
            lane=lost.lane,
            lost=lost.range,
            reason=_OTHER_EPOCH.sub("", lost.reason),
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
        if _is_sound(epoch, lane, first, last, reason)
    )


def untold(db: sqlite3.Connection) -> int:
    """Gaps that the next health messages will tell."""
    (gaps,) = db.execute("SELECT count(*) FROM lost").fetchone()
    return int(gaps)


def _is_sound(epoch: object, lane: object, first: object, last: object, reason: object) -> bool:
    """A row of a damaged file may hold anything, and would refuse the whole health message."""
    return (
        isinstance(epoch, str)
        and len(epoch) <= len("4294967295-") + 16
        and isinstance(lane, int)
        and 0 <= lane <= _MAX_LANE
        and isinstance(first, int)
        and isinstance(last, int)
        and 1 <= first <= last <= MAX_SEQ
        and isinstance(reason, str)
        and len(reason) <= _MAX_REASON
    )
