"""The outbox: rows that wait for the collector's receipt, by lane, bounded and checksummed.

Every method that changes something runs inside the caller's transaction. A row's bytes never
change once it is appended: what is sent again is the same frame.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.delivery import eviction, losses
from agent.delivery.database import Database, from_us, to_us
from agent.delivery.departure import Row, choose, release
from agent.delivery.flight import Room
from agent.delivery.overdue import DOUBLINGS, OVERDUE, overdue_at
from agent.delivery.rank import rank_of
from agent.delivery.schema import DELIVERED, SENT, WAITING
from agent.uplink_budget import BULK
from shared import wire
from shared.frame import Lane, pack
from shared.health import LaneDepth
from shared.identity import EventId
from shared.wire import UpMessage

MIB: Final = 1024 * 1024
FILE_MIB: Final = 64  # the default bound of the database and its log together
# The log (1 MiB), the reserve of free pages, the other tables, and pages that are not full.
_BESIDE_ROWS_BYTES: Final = 2 * MIB
LIMIT_BYTES: Final = FILE_MIB * MIB - _BESIDE_ROWS_BYTES
KEEP_DELIVERED: Final = timedelta(days=30)  # the design's contract: a restored collector asks again
_COMPRESS_OVER_BYTES: Final = 256
STORED_LANES: Final = (Lane.FAULT, Lane.EVIDENCE, Lane.HEALTH, Lane.TELEMETRY)


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
        # Rows in flight that were hurried by a connection, and by a receipt.
        self._hurried_by_link: set[int] = set()
        self._hurried: set[int] = set()

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
        self,
        lane: Lane,
        *,
        limit: int,
        now: datetime,
        most_rank: int = BULK,
        link_room: Room | None = None,
    ) -> tuple[Row, ...]:
        """Mark up to ``limit`` waiting rows of a lane as sent and return them, oldest first.

        Small files go before large ones; rows above ``most_rank`` stay, and from the first on that
        does not fit into ``link_room``. A row whose checksum fails is told as lost and removed,
        never sent.
        """
        found = self._db.execute(
            """
            SELECT id, epoch, seq, crc, frame FROM outbox
            WHERE state = 0 AND lane = :lane AND rank <= :rank ORDER BY rank, id LIMIT :limit
            """,
            {"lane": int(lane), "limit": limit, "rank": most_rank},
        )
        return release(self._db, lane, choose(found, link_room), now=now)

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
        doublings: int = DOUBLINGS,
        link_room: Room | None = None,
    ) -> tuple[Row, ...]:
        """Mark and return rows sent without a receipt for ``resend_after`` x 2^(attempts - 1).

        The wait doubles ``doublings`` times at most.
        With a ``salt`` (a number of this agent's own) each row and attempt waits 0.8 to 1.2 of it.
        A time of sending in the future (the clock was set back) counts as overdue. Rows whose id
        is ``held`` are not looked at: their link still has them.
        """
        found = self._db.execute(
            f"SELECT id, epoch, seq, crc, frame FROM outbox WHERE {OVERDUE}"
            " AND lane = :lane AND rank <= :rank ORDER BY rank, id LIMIT :limit",
            {
                **overdue_at(now, resend_after, salt=salt, held=held, doublings=doublings),
                "lane": int(lane),
                "limit": limit,
                "rank": most_rank,
            },
        )
        return release(self._db, lane, choose(found, link_room), now=now, is_again=True)

    def has_due(
        self,
        lane: Lane,
        *,
        now: datetime,
        resend_after: timedelta,
        room: int,
        most_rank: int = BULK,
        salt: int | None = None,
        held: Collection[int] = (),
        doublings: int = DOUBLINGS,
        link_room: Room | None = None,
    ) -> bool:
        """True when ``take`` (into ``room`` rows) or ``take_overdue`` would find something."""
        ours = {"lane": int(lane), "rank": most_rank}
        is_room = room > 0 and self._tally(lane, WAITING)[0] > 0
        if is_room and self._is_first_admitted("state = 0", ours, link_room):
            return True
        if not self._tally(lane, SENT)[0]:
            return False
        late = overdue_at(now, resend_after, salt=salt, held=held, doublings=doublings)
        return self._is_first_admitted(OVERDUE, {**late, **ours}, link_room)

    def _is_first_admitted(
        self, condition: str, values: Mapping[str, int | str], link_room: Room | None
    ) -> bool:
        found = self._db.execute(
            f"SELECT length(frame) FROM outbox WHERE {condition}"
            " AND lane = :lane AND rank <= :rank ORDER BY rank, id LIMIT 1",
            values,
        ).fetchone()
        return found is not None and (link_room is None or link_room.admits(found[0] or 0))

    def forget_sent(self) -> int:
        """Let all sent rows wait again, at start: what was in flight then is nobody's now.

        From then on ``SENT`` means sent since the start, and only such rows can be receipted.
        """
        return self._db.execute(
            "UPDATE outbox SET state = 0, attempts = 0 WHERE state = 1"
        ).rowcount

    def hurry(self, lane: Lane) -> int:
        """A new connection is there: as :meth:`hurry_once`, for one lane; how many rows.

        Once a row too, or a link that comes and goes would cost each of them its bytes each time.
        """
        return self._start_anew(self._hurried_by_link, (lane,))

    def hurry_once(self) -> None:
        """The collector is alive: what backed off comes due after one interval again, once a row.

        One that gets no receipt while others do is dropped on its way each time: it goes on
        waiting longer and longer, instead of costing its bytes twice a minute.
        """
        self._start_anew(self._hurried, STORED_LANES)

    def _start_anew(self, already: set[int], lanes: Collection[Lane]) -> int:
        """Let sent rows that backed off wait one interval again, but for those ``already`` are."""
        sent = self._db.execute("SELECT id, lane, attempts FROM outbox WHERE state = 1").fetchall()
        already &= {row_id for row_id, _, _ in sent}
        late = {row_id for row_id, lane, attempts in sent if attempts > 1 and lane in lanes}
        late -= already
        already |= late
        self._db.executemany(
            "UPDATE outbox SET attempts = 1 WHERE id = ?", [(row_id,) for row_id in sorted(late)]
        )
        return len(late)

    def sent_rows(self, lane: Lane) -> int:
        """Rows in flight: published, and no receipt yet."""
        return self._tally(lane, SENT)[0]

    def window_rows(self, lane: Lane, *, most_rank: int = BULK) -> int:
        """Rows in flight up to a rank that fill the lane's window.

        One that nobody takes must not stop those behind it. So a fault fills it until it is sent
        again; another row until it is sent again although receipts came for others meanwhile, for
        to a collector that is away more rows would only cost more.
        """
        if not self.sent_rows(lane):
            return 0
        (count,) = self._db.execute(
            """
            SELECT count(*) FROM outbox WHERE state = 1 AND lane = :lane AND rank <= :rank
            AND NOT (attempts > 1
                AND (:lane = :fault OR id IN (SELECT value FROM json_each(:hurried))))
            """,
            {
                "lane": int(lane),
                "rank": most_rank,
                "fault": int(Lane.FAULT),
                "hurried": json.dumps(sorted(self._hurried)),
            },
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

    def newest_waiting(self, lane: Lane) -> int:
        """Id of the newest row of rank 0 that waits; ids only grow. 0 when none does."""
        found = self._db.execute(
            "SELECT id FROM outbox WHERE state = 0 AND lane = ? AND rank = 0"
            " ORDER BY id DESC LIMIT 1",
            (int(lane),),
        ).fetchone()
        return 0 if found is None else int(found[0])

    def _tally(self, lane: Lane, state: int) -> tuple[int, int]:
        row = self._db.execute(
            "SELECT rows, bytes FROM tally WHERE lane = ? AND state = ?", (int(lane), state)
        ).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def room_bytes(self) -> int:
        """What rows may still take beside those that have no receipt; never below 0."""
        owed = (self._tally(lane, state)[1] for lane in STORED_LANES for state in (WAITING, SENT))
        return max(0, self._limit_bytes - sum(owed))

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
