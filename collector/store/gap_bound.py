"""How many gaps of an epoch are kept: refused and lost rows use up none of the room for others.

A bound that is reached is told, because what lies behind it is not known to be whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from collector.store.known_rows import known_of
from collector.store.scope import Scope
from collector.store.seq_ranges import covers, union
from collector.store.tables import seq_gap, seq_mark
from shared.receipt import SeqRange

MAX_GAPS: Final = 500  # of one epoch that nothing explains; the mark waits until some are filled
MAX_EXPLAINED: Final = 1500  # besides those; each costs a look a minute, so they end somewhere too


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """An epoch with so many gaps that rows from ``first`` on were not looked at yet."""

    agent_id: str
    epoch: str
    first: int


def room(db: Connection, *, agent_id: str, epoch: str, kept: int) -> int:
    """How many more gaps may be kept where ``kept`` are; 0 when the bound is reached."""
    if kept < MAX_GAPS:
        return MAX_GAPS - kept
    mine = (seq_gap.c.agent_id == agent_id, seq_gap.c.epoch == epoch)
    gaps = db.execute(select(seq_gap.c.first, seq_gap.c.last).where(*mine))
    known = union(one.range for one in known_of(db, agent_id, epoch))
    explained = sum(covers(known, SeqRange(gap.first, gap.last)) for gap in gaps)
    return max(0, min(MAX_GAPS + explained, MAX_GAPS + MAX_EXPLAINED) - kept)


def list_unseen(db: Connection, scope: Scope | None, *, agent_id: str = "") -> tuple[Unseen, ...]:
    """Every epoch of the slice (None: of the whole store) whose bound is reached."""
    mine = [scope.covers(seq_gap.c.organisation_id)] if scope else []
    if agent_id:
        mine.append(seq_gap.c.agent_id == agent_id)
    rows = db.execute(
        select(
            seq_gap.c.agent_id, seq_gap.c.epoch, seq_mark.c.checked_to, func.count().label("kept")
        )
        .join(
            seq_mark,
            (seq_mark.c.agent_id == seq_gap.c.agent_id) & (seq_mark.c.epoch == seq_gap.c.epoch),
        )
        .where(*mine)
        .group_by(seq_gap.c.agent_id, seq_gap.c.epoch, seq_mark.c.checked_to)
        .having(func.count() >= MAX_GAPS)
        .order_by(seq_gap.c.agent_id, seq_gap.c.epoch)
    ).all()
    return tuple(
        Unseen(agent_id=row.agent_id, epoch=row.epoch, first=row.checked_to + 1)
        for row in rows
        if not room(db, agent_id=row.agent_id, epoch=row.epoch, kept=row.kept)
    )
