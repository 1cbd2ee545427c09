"""Rows that leave: each is checked, named by its own frame and marked as sent."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from agent.delivery import losses
from agent.delivery.database import to_us
from agent.delivery.flight import Room
from shared.frame import FrameError, Lane, unpack
from shared.identity import EventId

Found: TypeAlias = tuple[int, object, object, object, object]  # id, epoch, seq, crc, frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One frame to publish."""

    row_id: int
    lane: Lane
    event: EventId
    frame: bytes
    is_again: bool = False  # it was sent before, and no receipt came


def choose(found: sqlite3.Cursor, link_room: Room | None) -> list[Found]:
    """The rows found, up to the first that does not fit; the others are not even read."""
    chosen: list[Found] = []
    while (row := found.fetchone()) is not None:
        size_bytes = len(row[4]) if isinstance(row[4], bytes) else 0
        if link_room is not None:
            if not link_room.admits(size_bytes):
                break
            link_room.count_in(size_bytes)
        chosen.append(row)
    return chosen


def release(
    db: sqlite3.Connection,
    lane: Lane,
    found: list[Found],
    *,
    now: datetime,
    is_again: bool = False,
) -> tuple[Row, ...]:
    """Mark the rows found as sent and return them; a damaged one is told as lost and removed."""
    rows = []
    for row_id, epoch, seq, crc, frame in found:
        event = own_identity(frame, crc, lane)
        if event is None or not isinstance(frame, bytes):
            _drop_damaged(db, row_id, epoch, lane, seq)
            continue
        if (epoch, seq) != (str(event.epoch), event.seq) and not _name(db, row_id, event):
            continue
        _mark_sent(db, row_id, now=now)
        rows.append(Row(row_id=row_id, lane=lane, event=event, frame=frame, is_again=is_again))
    return tuple(rows)


def _drop_damaged(
    db: sqlite3.Connection, row_id: int, epoch: object, lane: Lane, seq: object
) -> None:
    db.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
    losses.add(db, epoch=epoch, lane=lane, seq=seq, reason="row damaged on disk")


def _name(db: sqlite3.Connection, row_id: int, event: EventId) -> bool:
    """Give a row whose columns were damaged its frame's name; False when it is a second one."""
    named = db.execute(
        "UPDATE OR IGNORE outbox SET epoch = ?, seq = ? WHERE id = ?",
        (str(event.epoch), event.seq, row_id),
    ).rowcount
    if not named:
        db.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
    return bool(named)


def _mark_sent(db: sqlite3.Connection, row_id: int, *, now: datetime) -> None:
    db.execute(
        "UPDATE outbox SET state = 1, attempts = attempts + 1, sent_us = :now WHERE id = :id",
        {"now": to_us(now), "id": row_id},
    )


def own_identity(frame: object, crc: object, lane: Lane) -> EventId | None:
    """The name that a frame itself carries; None when it is damaged or of another lane."""
    if not isinstance(frame, bytes) or zlib.crc32(frame) != crc:
        return None
    try:
        header = unpack(frame).header
    except FrameError:
        return None
    return EventId(header.epoch, header.seq) if header.lane == lane and header.seq else None
