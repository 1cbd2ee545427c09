"""Rows of tables seq_mark, seq_gap and seq_lost: which numbered rows of an agent never came.

The rows of an epoch are numbered from 1 without holes, so a hole is a row that is on its way, was
told as lost, lies in quarantine, or is gone without a word. Only rows above a mark are searched,
by a window over the primary key; below it holes are kept as ranges, which late rows shrink.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Select,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    union_all,
)

from collector.store import gap_bound, gap_search
from collector.store.gap_search import Late, Reach
from collector.store.quarantine_gone import REFUSED
from collector.store.tables import frame, seq_gap, seq_lost, seq_mark, seq_merged
from collector.store.upsert import insert_into
from shared.limits import MAX_SEQ
from shared.receipt import SeqRange

_NO_LIMIT: Final = MAX_SEQ


def _statement() -> Select[tuple[int, int]]:
    def number(name: str) -> BindParameter[int]:
        return bindparam(name, type_=BigInteger)

    here = union_all(
        select(frame.c.seq.label("first"), frame.c.seq.label("last")).where(
            frame.c.agent_id == bindparam("of_agent"),
            frame.c.epoch == bindparam("in_epoch"),
            frame.c.seq.between(number("begin"), number("end")),
        ),
        select(seq_merged.c.first, seq_merged.c.last).where(
            seq_merged.c.agent_id == bindparam("of_agent"),
            seq_merged.c.epoch == bindparam("in_epoch"),
            seq_merged.c.first <= number("end"),
            seq_merged.c.last >= number("begin"),
        ),
        select(cast(number("after"), BigInteger), cast(number("after"), BigInteger)),
    ).subquery()
    reached = func.max(here.c.last).over(order_by=(here.c.first, here.c.last), rows=(None, -1))
    before = func.coalesce(reached, cast(number("before"), BigInteger)).label("before")
    pairs = select(here.c.first, before).subquery()
    return (
        select(pairs.c.before, pairs.c.first)
        .where(pairs.c.first - 1 > pairs.c.before)
        .order_by(pairs.c.first)
        .limit(number("most"))
    )


# Built once: building it costs more than the database does with it.
_MISSING: Final = _statement()
_MARK: Final = select(seq_mark.c.checked_to).where(
    seq_mark.c.agent_id == bindparam("of_agent"), seq_mark.c.epoch == bindparam("in_epoch")
)
_COUNT: Final = (
    select(func.count())
    .select_from(seq_gap)
    .where(seq_gap.c.agent_id == bindparam("of_agent"), seq_gap.c.epoch == bindparam("in_epoch"))
)


def survey(db: Connection, reach: Reach, *, now: datetime) -> None:
    """Look for gaps past the mark of an epoch, and move it on.

    The mark is read again: the command ``gaps`` looks too, and another may have been first.
    """
    agent_id, epoch = reach.agent_id, reach.epoch
    of_epoch = {"of_agent": agent_id, "in_epoch": epoch}
    checked_to = db.execute(_MARK, of_epoch).scalar_one_or_none() or 0
    if reach.newest <= checked_to:
        return
    kept = int(db.execute(_COUNT, of_epoch).scalar_one())
    room = gap_bound.room(db, agent_id=agent_id, epoch=epoch, kept=kept)
    if not room:
        return
    fresh = SeqRange(checked_to + 1, reach.newest)
    found = _missing(db, agent_id, epoch, fresh, limit=room)
    reached = found[-1].last + 1 if len(found) == room else reach.newest
    _add(db, agent_id, epoch, reach.organisation_id, found, now=now)
    gap_search.move_marks(db, [(reach, reached)], now=now)


def fill(db: Connection, late: Late) -> None:
    """Shrink the gaps of an epoch by what came."""
    mine = (seq_gap.c.agent_id == late.agent_id, seq_gap.c.epoch == late.epoch)
    for row in db.execute(select(seq_gap).where(*mine)).all():
        gap = SeqRange(row.first, row.last)
        left = _missing(db, late.agent_id, late.epoch, gap)
        if left != (gap,):
            db.execute(delete(seq_gap).where(*mine, seq_gap.c.first == gap.first))
            _add(db, late.agent_id, late.epoch, late.organisation_id, left, now=row.noticed_at)


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


def _missing(
    db: Connection, agent_id: str, epoch: str, within: SeqRange, *, limit: int = _NO_LIMIT
) -> tuple[SeqRange, ...]:
    """The pieces of ``within`` that are neither a frame nor merged telemetry, in order.

    The very last number there can be is not looked at: the mark behind it would be none.
    """
    last = min(within.last, MAX_SEQ - 1)
    if within.first > last:
        return ()
    rows = db.execute(
        _MISSING,
        {
            "of_agent": agent_id,
            "in_epoch": epoch,
            "begin": within.first,
            "end": last,
            "before": within.first - 1,
            "after": last + 1,
            "most": limit,
        },
    )
    return tuple(SeqRange(row.before + 1, row.first - 1) for row in rows)


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
