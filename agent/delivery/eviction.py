"""Which rows give way when there is no room, and how that is counted and told.

A row gives way only to a better one or a newer one of its lane, never to other users of the disk:
what they filled stays full, and the rows would be lost in vain.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from agent.delivery import losses
from agent.delivery.database import Database
from agent.delivery.schema import DELIVERED, SENT, WAITING
from shared.frame import Lane
from shared.identity import EventId

OUTBOX_FULL: Final = "evicted: no space"
DISK_FULL: Final = "evicted: disk full"
REFUSED: Final = "refused: no space"
KEPT_COPY: Final = "kept copy dropped"  # the collector has the row: nothing is lost
# Worst first. Delivered rows go before any that still waits.
ORDER: Final = (
    (DELIVERED, Lane.EVIDENCE),
    (DELIVERED, Lane.FAULT),
    (WAITING, Lane.TELEMETRY),
    (SENT, Lane.TELEMETRY),
    (WAITING, Lane.HEALTH),
    (SENT, Lane.HEALTH),
    (WAITING, Lane.EVIDENCE),
    (SENT, Lane.EVIDENCE),
    (WAITING, Lane.FAULT),
    (SENT, Lane.FAULT),
)
_MARGIN: Final = 0.05  # of the limit: so much more is evicted, so that not every append evicts
_ROW_BYTES: Final = 160  # a row's columns and its entries in three indexes
_PAGES_BYTES: Final = 8 * 4096  # what an insert may touch besides the row itself
# Free pages that a row must leave to better ones: deleted rows free whole pages only by luck.
_LEAVES_BYTES: Final = {
    Lane.FAULT: 0,
    Lane.EVIDENCE: 32 * 1024,
    Lane.HEALTH: 64 * 1024,
    Lane.TELEMETRY: 64 * 1024,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evicted:
    """What gave way."""

    rows: int
    bytes: int


def on_disk(size_bytes: int, rows: int = 1) -> int:
    """What frames take in the file: pages of a long one are not all filled to the end."""
    return size_bytes * 13 // 12 + rows * _ROW_BYTES


def admit(database: Database, lane: Lane, size_bytes: int, *, limit_bytes: int) -> bool:
    """Make room for a row, inside the caller's transaction; False when it must be refused.

    Above the limit, worse rows and then older ones of the lane give way. Below the headroom of
    the volume the file must not grow: a row takes the place of deleted or worse ones. Only a
    fault takes more, and one health message, so that the agent is not taken for dead.
    """
    db = database.connection
    need = on_disk(size_bytes)
    rows, held = db.execute(
        "SELECT coalesce(sum(rows), 0), coalesce(sum(bytes), 0) FROM tally"
    ).fetchone()
    over = on_disk(held, rows) + need - limit_bytes
    if over > 0:
        if spare(db, least=lane) < over:
            return False
        evict(db, over + int(limit_bytes * _MARGIN), least=lane, reason=OUTBOX_FULL)
    return not database.room.is_tight or _admit_in_place(database, lane, need + _PAGES_BYTES)


def _admit_in_place(database: Database, lane: Lane, need: int) -> bool:
    """Take the place of deleted or worse rows, and then of older ones of the lane."""
    db = database.connection
    db.execute("SAVEPOINT eviction")
    fits = _free(database, need + _LEAVES_BYTES[lane], least=lane + 1)
    if lane is Lane.FAULT and not fits:  # no fault gives way to another one: the file may grow
        database.make_way()
        database.room.grow(need)
        fits = True
    elif lane is Lane.EVIDENCE and not fits:  # with nothing worse left, it takes of the reserve
        fits = _free(database, need, least=lane)
    elif not fits:
        fits = _free(database, need + _LEAVES_BYTES[lane], least=lane)
    if not fits:
        db.execute("ROLLBACK TO eviction")  # nothing goes in vain
        fits = lane is Lane.HEALTH and not _holds(db, Lane.HEALTH)
    db.execute("RELEASE eviction")
    return fits


def _free(database: Database, want: int, *, least: int) -> bool:
    """Evict until so many bytes of pages are free; rows share pages, so it takes several turns."""
    while (missing := want - database.room.free_page_bytes) > 0:
        if not evict(database.connection, missing, least=least, reason=DISK_FULL).rows:
            return False
    return True


def refuse(db: sqlite3.Connection, event: EventId, lane: Lane, frame: bytes) -> None:
    """Tell and count a row that found no room."""
    losses.add(db, epoch=str(event.epoch), lane=lane, seq=event.seq, reason=REFUSED)
    if lane is Lane.HEALTH:
        losses.give_back(db, epoch=str(event.epoch), frame=frame)
    _count(db, lane, REFUSED, rows=1, size_bytes=len(frame))


def spare(db: sqlite3.Connection, *, least: Lane) -> int:
    """Bytes on the disk of all rows that may give way to one of lane ``least``."""
    rows, held = db.execute(
        """
        SELECT coalesce(sum(rows), 0), coalesce(sum(bytes), 0) FROM tally
        WHERE state = 2 OR lane >= ?
        """,
        (int(least),),
    ).fetchone()
    return on_disk(held, rows)


def evict(db: sqlite3.Connection, to_free: int, *, least: int, reason: str) -> Evicted:
    """Delete about ``to_free`` bytes of rows, worst first, none better than ``least``."""
    total, freed = 0, 0
    for state, lane in ORDER:
        if state != DELIVERED and lane < least:
            break
        rows, size_bytes = 0, 0
        while freed < to_free and (row := _oldest(db, state, lane)) is not None:
            row_id, epoch, seq, size, frame = row
            db.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
            if state != DELIVERED:
                losses.add(db, epoch=epoch, lane=lane, seq=seq, reason=reason)
            if lane is Lane.HEALTH:
                losses.give_back(db, epoch=epoch, frame=frame)
            rows, size_bytes, freed = rows + 1, size_bytes + size, freed + on_disk(size)
        if rows:
            why = KEPT_COPY if state == DELIVERED else reason
            _count(db, lane, why, rows=rows, size_bytes=size_bytes)
        total += rows
    return Evicted(rows=total, bytes=freed)


def counts(db: sqlite3.Connection) -> tuple[tuple[Lane, str, Evicted], ...]:
    """Lane, reason and how much, since the file was made."""
    found = db.execute("SELECT lane, reason, rows, bytes FROM evicted ORDER BY lane, reason")
    return tuple(
        (Lane(lane), reason, Evicted(rows=rows, bytes=size)) for lane, reason, rows, size in found
    )


def _count(db: sqlite3.Connection, lane: Lane, reason: str, *, rows: int, size_bytes: int) -> None:
    db.execute(
        """
        INSERT INTO evicted VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET rows = rows + excluded.rows, bytes = bytes + excluded.bytes
        """,
        (int(lane), reason, rows, size_bytes),
    )


def _holds(db: sqlite3.Connection, lane: Lane) -> bool:
    (rows,) = db.execute(
        "SELECT coalesce(sum(rows), 0) FROM tally WHERE lane = ? AND state < 2", (int(lane),)
    ).fetchone()
    return bool(rows)


def _oldest(
    db: sqlite3.Connection, state: int, lane: Lane
) -> tuple[int, str, int, int, bytes] | None:
    """The row of a lane that goes first; a health frame with it, for what it was to tell."""
    row: tuple[int, str, int, int, bytes] | None = db.execute(
        """
        SELECT id, epoch, seq, size, CASE lane WHEN 3 THEN frame END FROM outbox
        WHERE state = ? AND lane = ? ORDER BY rank DESC, id LIMIT 1
        """,
        (state, int(lane)),
    ).fetchone()
    return row
