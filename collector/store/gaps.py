"""Rows of tables seq_mark, seq_gap and seq_lost: which numbered rows of an agent never came.

The rows of an epoch are numbered from 1 without holes, so a hole is a row that is on its way, was
told as lost, lies in quarantine, or is gone without a word. Only rows above a mark are searched,
by a window over the primary key; below it holes are kept as ranges, which late rows shrink.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Connection,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from collector.store import gap_bound, lost_ranges
from collector.store.quarantine_gone import REFUSED
from collector.store.tables import agent, frame, seq_gap, seq_lost, seq_mark, seq_merged
from collector.store.upsert import insert_into
from shared.limits import MAX_SEQ
from shared.receipt import SeqRange


def to_visit(db: Connection, *, since: datetime | None) -> tuple[tuple[str, str], ...]:
    """``(agent, organisation)`` of agents heard since then (None: all), or with open gaps."""
    query = select(agent.c.id, agent.c.organisation_id).order_by(agent.c.id)
    if since is not None:
        with_gaps = select(seq_gap.c.agent_id)
        query = query.where(or_(agent.c.last_seen_at >= since, agent.c.id.in_(with_gaps)))
    return tuple((row.id, row.organisation_id) for row in db.execute(query))


def survey(db: Connection, *, agent_id: str, organisation_id: str, now: datetime) -> None:
    """Fill gaps with what came late, and look for new ones above the mark."""
    for epoch in _epochs(db, agent_id):
        kept = _fill(db, agent_id, epoch, organisation_id)
        checked_to = _mark(db, agent_id, epoch)
        newest = _newest(db, agent_id, epoch)
        if newest <= checked_to:
            continue
        room = gap_bound.room(db, agent_id=agent_id, epoch=epoch, kept=kept)
        if not room:
            continue
        fresh = SeqRange(checked_to + 1, newest)
        found = _missing(db, agent_id, epoch, fresh, limit=room)
        reached = found[-1].last + 1 if len(found) == room else newest
        _add(db, agent_id, epoch, organisation_id, found, now=now)
        values = {"checked_to": reached, "checked_at": now}
        db.execute(
            insert_into(db, seq_mark)
            .values(agent_id=agent_id, epoch=epoch, organisation_id=organisation_id, **values)
            .on_conflict_do_update(index_elements=["agent_id", "epoch"], set_=values)
        )
    lost_ranges.tidy(db, agent_id=agent_id)


def note_lost(
    db: Connection,
    *,
    agent_id: str,
    organisation_id: str,
    epoch: str,
    lost: SeqRange,
    lane: int,
    reason: str,
    now: datetime,
) -> None:
    """Keep what the agent says of rows that will never come; a repeat changes nothing.

    Rows that the agent itself refused never came: not to be taken for those refused here.
    """
    if reason.startswith(REFUSED):
        reason = f"the agent {reason}"
    db.execute(
        insert_into(db, seq_lost)
        .values(
            agent_id=agent_id,
            organisation_id=organisation_id,
            epoch=epoch,
            first=lost.first,
            last=lost.last,
            lane=lane,
            reason=reason,
            told_at=now,
        )
        .on_conflict_do_nothing()
    )


def _epochs(db: Connection, agent_id: str) -> Iterator[str]:
    """The epochs of an agent, each found by one step down the primary key."""
    epoch = ""
    while True:
        found = [
            db.execute(
                select(func.min(table.c.epoch)).where(
                    table.c.agent_id == agent_id, table.c.epoch > epoch
                )
            ).scalar_one()
            for table in (frame, seq_merged)
        ]
        known = [one for one in found if one is not None]
        if not known:
            return
        epoch = min(known)
        yield epoch


def _mark(db: Connection, agent_id: str, epoch: str) -> int:
    found = db.execute(
        select(seq_mark.c.checked_to).where(
            seq_mark.c.agent_id == agent_id, seq_mark.c.epoch == epoch
        )
    ).scalar_one_or_none()
    return 0 if found is None else int(found)


def _newest(db: Connection, agent_id: str, epoch: str) -> int:
    single = select(func.max(frame.c.seq)).where(
        frame.c.agent_id == agent_id, frame.c.epoch == epoch
    )
    ranges = select(func.max(seq_merged.c.last)).where(
        seq_merged.c.agent_id == agent_id, seq_merged.c.epoch == epoch
    )
    return max(int(db.execute(query).scalar_one() or 0) for query in (single, ranges))


def _missing(
    db: Connection, agent_id: str, epoch: str, within: SeqRange, *, limit: int | None = None
) -> tuple[SeqRange, ...]:
    """The pieces of ``within`` that are neither a frame nor merged telemetry, in order.

    The very last number there can be is not looked at: the mark behind it would be none.
    """
    last = min(within.last, MAX_SEQ - 1)
    if within.first > last:
        return ()
    here = union_all(
        select(frame.c.seq.label("first"), frame.c.seq.label("last")).where(
            frame.c.agent_id == agent_id,
            frame.c.epoch == epoch,
            frame.c.seq.between(within.first, last),
        ),
        select(seq_merged.c.first, seq_merged.c.last).where(
            seq_merged.c.agent_id == agent_id,
            seq_merged.c.epoch == epoch,
            seq_merged.c.first <= last,
            seq_merged.c.last >= within.first,
        ),
        select(literal(last + 1, BigInteger), literal(last + 1, BigInteger)),
    ).subquery()
    reached = func.max(here.c.last).over(order_by=(here.c.first, here.c.last), rows=(None, -1))
    before = func.coalesce(reached, literal(within.first - 1, BigInteger)).label("before")
    pairs = select(here.c.first, before).subquery()
    rows = db.execute(
        select(pairs.c.before, pairs.c.first)
        .where(pairs.c.first - 1 > pairs.c.before)
        .order_by(pairs.c.first)
        .limit(limit)
    )
    return tuple(SeqRange(row.before + 1, row.first - 1) for row in rows)


def _fill(db: Connection, agent_id: str, epoch: str, organisation_id: str) -> int:
    """Shrink the gaps of an epoch by what came; how many are left."""
    mine = (seq_gap.c.agent_id == agent_id, seq_gap.c.epoch == epoch)
    count = 0
    for row in db.execute(select(seq_gap).where(*mine)).all():
        gap = SeqRange(row.first, row.last)
        left = _missing(db, agent_id, epoch, gap)
        count += len(left)
        if left != (gap,):
            db.execute(delete(seq_gap).where(*mine, seq_gap.c.first == gap.first))
            _add(db, agent_id, epoch, organisation_id, left, now=row.noticed_at)
    return count


def _add(
    db: Connection,
    agent_id: str,
    epoch: str,
    organisation_id: str,
    gaps: Iterable[SeqRange],
    *,
    now: datetime,
) -> None:
    rows = [
        {
            "agent_id": agent_id,
            "epoch": epoch,
            "organisation_id": organisation_id,
            "first": gap.first,
            "last": gap.last,
            "noticed_at": now,
        }
        for gap in gaps
    ]
    if rows:
        db.execute(insert(seq_gap), rows)
