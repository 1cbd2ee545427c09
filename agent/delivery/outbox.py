"""The outbox: rows that wait for the collector's receipt, by lane, bounded and checksummed.

Every method that changes something runs inside the caller's transaction. A row's bytes never
change once it is appended: what is sent again is the same frame.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.delivery import eviction, losses
from agent.delivery.database import Database, from_us, to_us
from agent.delivery.rank import rank_of
from agent.delivery.schema import DELIVERED, SENT, WAITING
from agent.uplink_budget import BULK
from shared import wire
from shared.frame import FrameError, Lane, pack, unpack
from shared.health import LaneDepth
from shared.identity import EventId
from shared.wire import UpMessage

MIB: Final = 1024 * 1024
FILE_MIB: Final = 64  # the default bound of the database and its log together
# The log (1 MiB), the reserve of free pages, the other tables, and pages that are not full.
_BESIDE_ROWS_BYTES: Final = 2 * MIB
LIMIT_BYTES: Final = FILE_MIB * MIB - _BESIDE_ROWS_BYTES
KEEP_DELIVERED: Final = timedelta(days=30)  # the design's contract: a restored collector asks again
_KEPT_LANES: Final = (Lane.FAULT, Lane.EVIDENCE)
_COMPRESS_OVER_BYTES: Final = 256
_LONGEST_WAIT: Final = 5  # resend after 1, 2, 4, 8, 16 intervals, then every 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One frame to publish."""

    row_id: int
    lane: Lane
    event: EventId
    frame: bytes
    is_again: bool = False  # it was sent before, and no receipt came


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What a lane holds: rows without a receipt, and those kept after it."""

    lane: Lane
    waiting_rows: int
    sent_rows: int
    unreceipted_bytes: int
    kept_rows: int
    kept_bytes: int
    oldest_at: datetime | None


class Outbox:
    """Rows of the agent database; one instance a database."""

    def __init__(self, database: Database, *, limit_bytes: int = LIMIT_BYTES) -> None:
        self._database = database
        self._db = database.connection
        self._limit_bytes = limit_bytes
        self._hurried: set[int] = set()  # rows in flight that were hurried by a receipt

    def append(self, message: UpMessage, *, now: datetime) -> EventId:
        """Store a message and name it; WireError when a value breaks its bounds.

        Pieces of a large file get rank 1: they leave after the small ones, and may have to wait
        for the data plan. A row for which no worse one can give way is told as lost at once,
        under the identity that is returned.
        """
        body = wire.encode(message)
        epoch, seq = self._database.epoch(), int(self._database.meta("next_seq") or "1")
        lane = wire.LANE_OF[type(message)]
        if lane >= Lane.PRESENCE:
            raise ValueError(f"{type(message).__name__} is never stored")
        frame = pack(
            lane=lane, epoch=epoch, seq=seq, body=body, compress=len(body) > _COMPRESS_OVER_BYTES
        )
        self._database.set_meta("next_seq", str(seq + 1))
        event = EventId(epoch, seq)
        if not eviction.admit(self._database, lane, len(frame), limit_bytes=self._limit_bytes):
            eviction.refuse(self._db, event, lane, frame)
            return event
        self._db.execute(
            """
            INSERT INTO outbox (epoch, seq, lane, rank, created_us, size, crc, frame)
            VALUES (:epoch, :seq, :lane, :rank, :now, :size, :crc, :frame)
            """,
            {
                "epoch": str(epoch),
                "seq": seq,
                "lane": int(lane),
                "rank": rank_of(message),
                "now": to_us(now),
                "size": len(frame),
                "crc": zlib.crc32(frame),
                "frame": frame,
            },
        )
        return event

    def append_lost(self, lane: Lane, *, reason: str) -> EventId:
        """Name what no message can say, so that the collector hears of a loss, not of a hole."""
        event = self.next_event()
        self._database.set_meta("next_seq", str(event.seq + 1))
        losses.add(self._db, epoch=event.epoch, lane=lane, seq=event.seq, reason=reason)
        return event

    def next_event(self) -> EventId:
        """The identity that the next append will get, inside the same transaction."""
        return EventId(self._database.epoch(), int(self._database.meta("next_seq") or "1"))

    def take(
        self, lane: Lane, *, limit: int, now: datetime, most_rank: int = BULK
    ) -> tuple[Row, ...]:
        """Mark up to ``limit`` waiting rows of a lane as sent and return them, oldest first.

        Small files go before large ones; rows above ``most_rank`` stay. A row whose checksum
        fails is told as lost and removed, never sent.
        """
        found = self._db.execute(
            """
            SELECT id, epoch, seq, crc, frame FROM outbox
            WHERE state = 0 AND lane = :lane AND rank <= :rank ORDER BY rank, id LIMIT :limit
            """,
            {"lane": int(lane), "limit": limit, "rank": most_rank},
        ).fetchall()
        return self._send(lane, found, now=now)

    def take_overdue(
        self,
        lane: Lane,
        *,
        limit: int,
        now: datetime,
        resend_after: timedelta,
        most_rank: int = BULK,
        salt: int | None = None,
        held: Collection[int] = (),
    ) -> tuple[Row, ...]:
        """Mark and return rows sent without a receipt for ``resend_after`` x 2^(attempts - 1).

        With a ``salt`` (a number of this agent's own) each row and attempt waits 0.8 to 1.2 of it.
        A time of sending in the future (the clock was set back) counts as overdue. Rows whose id
        is ``held`` are not looked at: their link still has them.
        """
        found = self._db.execute(
            f"SELECT id, epoch, seq, crc, frame FROM outbox WHERE {_OVERDUE}"
            " AND lane = :lane AND rank <= :rank ORDER BY rank, id LIMIT :limit",
            {
                **_overdue_at(now, resend_after, salt, held),
                "lane": int(lane),
                "limit": limit,
                "rank": most_rank,
            },
        ).fetchall()
        return self._send(lane, found, now=now, is_again=True)

    def has_due(
        self,
        lane: Lane,
        *,
        now: datetime,
        resend_after: timedelta,
        room: int,
        salt: int | None = None,
        held: Collection[int] = (),
    ) -> bool:
        """True when ``take`` (into ``room`` rows) or ``take_overdue`` would find something."""
        if room > 0 and self._tally(lane, WAITING)[0]:
            return True
        if not self._tally(lane, SENT)[0]:
            return False
        found = self._db.execute(
            f"SELECT 1 FROM outbox WHERE {_OVERDUE} AND lane = :lane LIMIT 1",
            {**_overdue_at(now, resend_after, salt, held), "lane": int(lane)},
        ).fetchone()
        return found is not None

    def _send(
        self,
        lane: Lane,
        found: list[tuple[int, object, object, object, object]],
        *,
        now: datetime,
        is_again: bool = False,
    ) -> tuple[Row, ...]:
        rows = []
        for row_id, epoch, seq, crc, frame in found:
            event = own_identity(frame, crc, lane)
            if event is None or not isinstance(frame, bytes):
                self._drop_damaged(row_id, epoch, lane, seq)
                continue
            if (epoch, seq) != (str(event.epoch), event.seq) and not self._name(row_id, event):
                continue
            self._mark_sent(row_id, now=now)
            rows.append(Row(row_id=row_id, lane=lane, event=event, frame=frame, is_again=is_again))
        return tuple(rows)

    def _drop_damaged(self, row_id: int, epoch: object, lane: Lane, seq: object) -> None:
        self._db.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
        losses.add(self._db, epoch=epoch, lane=lane, seq=seq, reason="row damaged on disk")

    def _name(self, row_id: int, event: EventId) -> bool:
        """Give a row whose columns were damaged its frame's name; False when it is a second one."""
        named = self._db.execute(
            "UPDATE OR IGNORE outbox SET epoch = ?, seq = ? WHERE id = ?",
            (str(event.epoch), event.seq, row_id),
        ).rowcount
        if not named:
            self._db.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
        return bool(named)

    def _mark_sent(self, row_id: int, *, now: datetime) -> None:
        self._db.execute(
            "UPDATE outbox SET state = 1, attempts = attempts + 1, sent_us = :now WHERE id = :id",
            {"now": to_us(now), "id": row_id},
        )

    def forget_sent(self) -> int:
        """Let all sent rows wait again, at start: what was in flight then is nobody's now.

        From then on ``SENT`` means sent since the start, and only such rows can be receipted.
        """
        return self._db.execute(
            "UPDATE outbox SET state = 0, attempts = 0 WHERE state = 1"
        ).rowcount

    def hurry(self, lane: Lane) -> int:
        """Let a lane's sent rows come due after one interval again: a new connection is there."""
        return self._db.execute(
            "UPDATE outbox SET attempts = 1 WHERE state = 1 AND attempts > 1 AND lane = ?",
            (int(lane),),
        ).rowcount

    def hurry_once(self) -> None:
        """The collector is alive: what backed off comes due after one interval again, once a row.

        One that gets no receipt while others do is dropped on its way each time: it goes on
        waiting longer and longer, instead of costing its bytes twice a minute.
        """
        sent = dict(self._db.execute("SELECT id, attempts FROM outbox WHERE state = 1").fetchall())
        late = {row_id for row_id, attempts in sent.items() if attempts > 1} - self._hurried
        self._hurried = (self._hurried & sent.keys()) | late
        self._db.executemany(
            "UPDATE outbox SET attempts = 1 WHERE id = ?", [(row_id,) for row_id in sorted(late)]
        )

    def sent_rows(self, lane: Lane, *, most_rank: int = BULK) -> int:
        """Rows in flight up to a rank: published, and no receipt yet."""
        if most_rank >= BULK:
            return self._tally(lane, SENT)[0]
        (count,) = self._db.execute(
            "SELECT count(*) FROM outbox WHERE state = 1 AND lane = ? AND rank <= ?",
            (int(lane), most_rank),
        ).fetchone()
        return int(count)

    def drop_old(self, *, now: datetime) -> int:
        """Delete delivered rows past :data:`KEEP_DELIVERED`; how many."""
        return self._db.execute(
            "DELETE FROM outbox WHERE state = 2 AND receipt_us < :before",
            {"before": to_us(now - KEEP_DELIVERED)},
        ).rowcount

    def evict_bytes(self, size_bytes: int, *, least: Lane = Lane.FAULT) -> int:
        """Evict about so many bytes of ``least`` and worse lanes, worst first; rows evicted."""
        return eviction.evict(self._db, size_bytes, least=least, reason=eviction.DISK_FULL).rows

    def unreceipted(self, lane: Lane) -> int:
        """Rows of a lane without a receipt, waiting or in flight."""
        return self._tally(lane, WAITING)[0] + self._tally(lane, SENT)[0]

    def _tally(self, lane: Lane, state: int) -> tuple[int, int]:
        row = self._db.execute(
            "SELECT rows, bytes FROM tally WHERE lane = ? AND state = ?", (int(lane), state)
        ).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def depth(self, lane: Lane) -> Depth:
        """What one lane holds now."""
        waiting, sent = self._tally(lane, WAITING), self._tally(lane, SENT)
        kept = self._tally(lane, DELIVERED)
        (oldest,) = self._db.execute(
            "SELECT min(created_us) FROM outbox WHERE state < 2 AND lane = ?", (int(lane),)
        ).fetchone()
        return Depth(
            lane=lane,
            waiting_rows=waiting[0],
            sent_rows=sent[0],
            unreceipted_bytes=waiting[1] + sent[1],
            kept_rows=kept[0],
            kept_bytes=kept[1],
            oldest_at=None if oldest is None else from_us(oldest),
        )

    def lane_depths(self) -> tuple[LaneDepth, ...]:
        """The same as the health message tells it; empty lanes are left out."""
        depths = (self.depth(lane) for lane in STORED_LANES)
        return tuple(
            LaneDepth(d.lane, d.waiting_rows + d.sent_rows, d.unreceipted_bytes, d.oldest_at)
            for d in depths
            if d.waiting_rows + d.sent_rows
        )


def rows_limit(file_mib: int) -> int:
    """What rows may take so that database and log stay within so many MiB."""
    return file_mib * MIB - _BESIDE_ROWS_BYTES


def own_identity(frame: object, crc: object, lane: Lane) -> EventId | None:
    """The name that a frame itself carries; None when it is damaged or of another lane."""
    if not isinstance(frame, bytes) or zlib.crc32(frame) != crc:
        return None
    try:
        header = unpack(frame).header
    except FrameError:
        return None
    return EventId(header.epoch, header.seq) if header.lane == lane and header.seq else None


# Jitter in percent: 80..120 by row, attempt and salt (Knuth's multiplicative hash), else 100.
_OVERDUE: Final = """
    state = 1 AND (sent_us > :now OR sent_us + (:wait << min(attempts - 1, :longest))
        * (:least + (id * 2654435761 + attempts * 40503 + :salt) % :spread) / 100 <= :now)
    AND id NOT IN (SELECT value FROM json_each(:held))
"""


def _overdue_at(
    now: datetime, resend_after: timedelta, salt: int | None, held: Collection[int]
) -> dict[str, int | str]:
    return {
        "now": to_us(now),
        "wait": resend_after // timedelta(microseconds=1),
        "longest": _LONGEST_WAIT,
        "salt": salt or 0,
        "least": 100 if salt is None else 80,
        "spread": 1 if salt is None else 41,
        "held": json.dumps(sorted(held)),
    }


STORED_LANES: Final = (Lane.FAULT, Lane.EVIDENCE, Lane.HEALTH, Lane.TELEMETRY)


def is_kept(lane: int) -> bool:
    """True for lanes whose delivered rows stay for :data:`KEEP_DELIVERED`."""
    return lane in _KEPT_LANES


def deliver(db: sqlite3.Connection, row_id: int, lane: int, *, now: datetime, refused: str) -> None:
    """Act on a receipt for one row: keep it as delivered, or delete it when its lane is cheap."""
    if not is_kept(lane):
        db.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
        return
    db.execute(
        "UPDATE outbox SET state = 2, receipt_us = :now, refused = :refused WHERE id = :id",
        {"now": to_us(now), "refused": refused or None, "id": row_id},
    )
