"""Keeps table seq_lost small: ranges told for the same reason are joined, their number is bounded.

Two ranges are joined when they touch, or when all that lies between them is here: a range may
reach over rows that came, for only missing ones are explained by it. What is missing between them
and was not told stays missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from collector.store.quarantine_gone import REFUSED
from collector.store.tables import seq_gap, seq_lost, seq_mark
from collector.store.upsert import insert_into
from shared.receipt import SeqRange

# Of one agent. Beyond it explanations are forgotten, refused rows first (``quarantine_share``
# counts them) and of those the oldest: their gaps are called unexplained, never the reverse.
MAX_LOST: Final = 1000

_DELETE: Final = delete(seq_lost).where(
    seq_lost.c.agent_id == bindparam("of_agent"),
    seq_lost.c.epoch == bindparam("in_epoch"),
    seq_lost.c.first == bindparam("its_first"),
    seq_lost.c.last == bindparam("its_last"),
)


class Told(NamedTuple):
    """A range of rows that will never come, and when that was told last."""

    first: int
    last: int
    told_at: datetime


class _Kind(NamedTuple):
    """What only ranges of the same may share."""

    epoch: str
    lane: int
    reason: str
    organisation_id: str


def join(told: Iterable[Told], missing: Sequence[SeqRange], *, checked_to: int) -> tuple[Told, ...]:
    """The fewest ranges that explain the same missing rows. Pure.

    ``missing`` is in order, and all that is missing up to ``checked_to``.
    """
    joined: list[Told] = []
    for one in sorted(told):
        before = joined[-1] if joined else None
        if before is None or not _may_join(before, one, missing, checked_to=checked_to):
            joined.append(one)
            continue
        last, told_at = max(before.last, one.last), max(before.told_at, one.told_at)
        joined[-1] = Told(before.first, last, told_at)
    return tuple(joined)


def _may_join(before: Told, one: Told, missing: Sequence[SeqRange], *, checked_to: int) -> bool:
    if one.first <= before.last + 1:
        return True
    if one.first > checked_to + 1:
        return False
    at = bisect_left(missing, before.last + 1, key=lambda gap: gap.last)
    return at == len(missing) or missing[at].first >= one.first


def tidy(db: Connection, *, agent_id: str) -> None:
    """Join what can be joined, and forget what is over the bound; call after a survey."""
    rows = db.execute(
        select(seq_lost)
        .where(seq_lost.c.agent_id == agent_id)
        .order_by(seq_lost.c.epoch, seq_lost.c.lane, seq_lost.c.reason, seq_lost.c.first)
    ).all()
    if len(rows) < 2:
        return
    kept: list[tuple[_Kind, Told]] = []
    for epoch, of_epoch in groupby(rows, key=lambda row: row.epoch):
        missing, checked_to = _missing(db, agent_id, epoch)
        for kind, group in groupby(
            of_epoch, key=lambda row: _Kind(epoch, row.lane, row.reason, row.organisation_id)
        ):
            own = [Told(row.first, row.last, row.told_at) for row in group]
            joined = join(own, missing, checked_to=checked_to)
            _replace(db, agent_id, kind, before=set(own), after=set(joined))
            kept += [(kind, one) for one in joined]
    kept.sort(key=lambda pair: (not pair[0].reason.startswith(REFUSED), pair[1].told_at, pair))
    for kind, one in kept[: max(0, len(kept) - MAX_LOST)]:
        _replace(db, agent_id, kind, before={one}, after=set())


def _missing(db: Connection, agent_id: str, epoch: str) -> tuple[list[SeqRange], int]:
    """What is missing of an epoch, and up to where that is known."""
    mark = select(seq_mark.c.checked_to).where(
        seq_mark.c.agent_id == agent_id, seq_mark.c.epoch == epoch
    )
    rows = db.execute(
        select(seq_gap.c.first, seq_gap.c.last)
        .where(seq_gap.c.agent_id == agent_id, seq_gap.c.epoch == epoch)
        .order_by(seq_gap.c.first)
    )
    missing = [SeqRange(row.first, row.last) for row in rows]
    return missing, int(db.execute(mark).scalar_one_or_none() or 0)


def _replace(
    db: Connection, agent_id: str, kind: _Kind, *, before: set[Told], after: set[Told]
) -> None:
    gone, new = sorted(before - after), sorted(after - before)
    if gone:
        db.execute(
            _DELETE,
            [
                {
                    "of_agent": agent_id,
                    "in_epoch": kind.epoch,
                    "its_first": one.first,
                    "its_last": one.last,
                }
                for one in gone
            ],
        )
    if new:
        rows = [{"agent_id": agent_id, **kind._asdict(), **one._asdict()} for one in new]
        db.execute(insert_into(db, seq_lost).on_conflict_do_nothing(), rows)
