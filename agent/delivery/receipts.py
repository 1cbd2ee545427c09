"""Receipts applied to the outbox: the only thing that marks a row as delivered."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.database import Database, from_us, to_us
from agent.delivery.schema import SENT
from shared.frame import Lane
from shared.identity import Epoch
from shared.receipt import Receipt, SeqRange

_KEPT_LANES: Final = (Lane.FAULT, Lane.EVIDENCE)
_REMEMBERED_GENERATIONS: Final = 16
_COLLECTOR_AT: Final = "collector_at_us"  # meta: the collector's clock in the newest receipt
COLLECTOR_AHEAD_S: Final = "collector_ahead_s"  # meta: the collector's clock minus ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a receipt did."""

    delivered: int  # rows that left the queue by it
    refused: int  # of those, rows that the collector quarantined
    unknown_rows: int  # receipted, but not here (delivered before, evicted, or never ours)
    not_sent: int  # receipted, here, and not sent since the start: they stay
    foreign: int  # of those, rows of this epoch that were never sent: another agent has its name
    new_generation: bool
    requeued: int  # kept rows that wait again because the collector's store is another one
    stale: bool = False  # from a store that was replaced since: ignored


def apply(database: Database, receipt: Receipt, *, now: datetime) -> Applied:
    """Mark rows as delivered, inside the caller's transaction; a repeat changes nothing.

    Only rows sent since the start can be meant. Two agents on copies of one card share epoch,
    numbers and the topic of receipts: what one delivered says nothing about the other's row of
    that number. So such a row is sent, and has a receipt of its own. A receipt that was under way
    at a restart is lost by this: it costs a duplicate, which the collector recognises.

    A new generation means that the collector's store was restored or replaced: kept fault and
    evidence rows wait again, except those in flight that this very receipt names. Receipts of an
    earlier generation, late from the broker's queue, prove nothing any more.
    """
    known = database.meta("generation")
    past: list[str] = json.loads(database.meta("past_generations") or "[]")
    if receipt.generation in past:
        return Applied(
            delivered=0,
            refused=0,
            unknown_rows=0,
            not_sent=0,
            foreign=0,
            new_generation=False,
            requeued=0,
            stale=True,
        )
    is_new = known is not None and known != receipt.generation
    requeued = _requeue_kept(database) if is_new else 0
    if known != receipt.generation:
        database.set_meta("generation", receipt.generation)
    if known is not None and is_new:
        kept = [*past, known][-_REMEMBERED_GENERATIONS:]
        database.set_meta("past_generations", json.dumps(kept))
    kept_from = max(now, receipt.collector_at)  # with ``surely_passed``: kept long enough
    done = _Done()
    for seqs in receipt.ranges:
        done += _deliver_range(database, receipt.epoch, seqs, now=kept_from, refused="")
    accepted = done.delivered
    for row in receipt.refused:
        only, why = SeqRange(row.seq, row.seq), row.reason or "refused"
        done += _deliver_range(database, receipt.epoch, only, now=kept_from, refused=why)
    ahead = receipt.collector_at - now
    database.set_meta(COLLECTOR_AHEAD_S, str(ahead.total_seconds()))
    database.set_meta(_COLLECTOR_AT, str(to_us(receipt.collector_at)))
    return Applied(
        delivered=done.delivered,
        refused=done.delivered - accepted,
        unknown_rows=done.named - done.delivered - done.not_sent,
        not_sent=done.not_sent,
        foreign=done.foreign,
        new_generation=is_new,
        requeued=requeued,
    )


def surely_passed(database: Database, *, now: datetime) -> datetime:
    """The earlier of our clock and the collector's as the newest receipt told it.

    What is thrown away by age goes by this: either clock may be ten years ahead.
    """
    told = database.meta(_COLLECTOR_AT)
    return now if told is None else min(now, from_us(int(told)))


def collector_time(database: Database, *, now: datetime) -> datetime:
    """The collector's time as the newest receipt told it; ``now`` before the first."""
    return now + timedelta(seconds=float(database.meta(COLLECTOR_AHEAD_S) or "0"))


def account_time(database: Database, *, now: datetime) -> datetime:
    """The collector's time by the newest receipt, and never before that receipt.

    A clock that starts in 1970, or jumps and is corrected by a receipt, buys no second plan.
    """
    told = database.meta(_COLLECTOR_AT)
    seen = collector_time(database, now=now)
    return seen if told is None else max(seen, from_us(int(told)))


def _requeue_kept(database: Database) -> int:
    return database.connection.execute(
        "UPDATE outbox SET state = 0, attempts = 0, receipt_us = NULL WHERE state = 2"
    ).rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    named: int = 0
    delivered: int = 0
    not_sent: int = 0
    foreign: int = 0

    def __add__(self, other: _Done) -> _Done:
        return _Done(
            named=self.named + other.named,
            delivered=self.delivered + other.delivered,
            not_sent=self.not_sent + other.not_sent,
            foreign=self.foreign + other.foreign,
        )


def _deliver_range(
    database: Database, epoch: Epoch, seqs: SeqRange, *, now: datetime, refused: str
) -> _Done:
    rows = database.connection.execute(
        """
        SELECT id, lane, state, sent_us FROM outbox
        WHERE epoch = :epoch AND seq BETWEEN :first AND :last AND state < 2
        """,
        {"epoch": str(epoch), "first": seqs.first, "last": seqs.last},
    ).fetchall()
    not_sent = [sent_us for _, _, state, sent_us in rows if state != SENT]
    for row_id, lane, state, _ in rows:
        if state == SENT:
            deliver(database.connection, row_id, lane, now=now, refused=refused)
    # A salvaged row does not say whether it was sent; it is of an ended epoch.
    never_sent = not_sent.count(None) if epoch == database.epoch() else 0
    return _Done(
        named=seqs.last - seqs.first + 1,
        delivered=len(rows) - len(not_sent),
        not_sent=len(not_sent),
        foreign=never_sent,
    )


def is_kept(lane: int) -> bool:
    """True for lanes whose delivered rows stay for :data:`outbox.KEEP_DELIVERED`."""
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
