"""Where gaps have to be looked at: found for all agents at once, so that nothing new costs little.

An epoch is looked at when its rows reach past the mark, or when something came that lies in one of
its gaps. Where the rows past the mark are whole, only the mark moves on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause

from collector.store.tables import agent, frame, seq_gap, seq_lost, seq_mark, seq_merged
from collector.store.upsert import insert_into


class Reach(NamedTuple):
    """How far the rows of an epoch reach past its mark, and how many of them are frames."""

    agent_id: str
    epoch: str
    organisation_id: str
    checked_to: int
    newest: int
    frames: int

    @property
    def is_whole(self) -> bool:
        """True when no row is missing past the mark."""
        return self.frames == self.newest - self.checked_to


class Late(NamedTuple):
    """An epoch in a gap of which something came."""

    agent_id: str
    epoch: str
    organisation_id: str


def _next_epoch(of: FromClause, agent_id: ColumnElement[str], *, is_first: bool) -> Label[str]:
    """The least epoch of an agent, or the least after that of ``of``: one step down each key."""
    steps = []
    for table in (frame, seq_merged):
        step = select(func.min(table.c.epoch).label("epoch")).where(table.c.agent_id == agent_id)
        if not is_first:
            step = step.where(table.c.epoch > of.c.epoch)
        steps.append(step.correlate(of))
    both = union_all(*steps).subquery()
    return select(func.min(both.c.epoch)).correlate(of).scalar_subquery().label("epoch")


def _past_the_mark() -> Select[tuple[str, str, str, int, int, int, int]]:
    first = select(
        agent.c.id.label("agent_id"),
        agent.c.organisation_id,
        _next_epoch(agent, agent.c.id, is_first=True),
    ).cte("own", recursive=True)
    own = first.union_all(
        select(
            first.c.agent_id,
            first.c.organisation_id,
            _next_epoch(first, first.c.agent_id, is_first=False),
        ).where(first.c.epoch.is_not(None))
    )
    reach = (
        select(
            own.c.agent_id,
            own.c.epoch,
            own.c.organisation_id,
            func.coalesce(
                select(seq_mark.c.checked_to)
                .where(seq_mark.c.agent_id == own.c.agent_id, seq_mark.c.epoch == own.c.epoch)
                .scalar_subquery(),
                0,
            ).label("checked_to"),
            func.coalesce(_most(frame, "seq", own), 0).label("newest"),
            func.coalesce(_most(seq_merged, "last", own), 0).label("merged_to"),
        )
        .where(own.c.epoch.is_not(None))
        .cte("reach")
    )
    frames = (
        select(func.count())
        .select_from(frame)
        .where(
            frame.c.agent_id == reach.c.agent_id,
            frame.c.epoch == reach.c.epoch,
            frame.c.seq > reach.c.checked_to,
        )
    )
    return select(reach, frames.scalar_subquery().label("frames")).where(
        or_(reach.c.newest > reach.c.checked_to, reach.c.merged_to > reach.c.checked_to)
    )


def _most(table: FromClause, column: str, own: FromClause) -> ColumnElement[int]:
    most = select(func.max(table.c[column]))
    mine = (table.c.agent_id == own.c.agent_id, table.c.epoch == own.c.epoch)
    return most.where(*mine).scalar_subquery()


# Built once: building them costs more than the database does with most of their rows.
_PAST_THE_MARK: Final = _past_the_mark()
_LATE: Final = (
    select(seq_gap.c.agent_id, seq_gap.c.epoch, seq_gap.c.organisation_id)
    .distinct()
    .where(
        or_(
            exists().where(
                frame.c.agent_id == seq_gap.c.agent_id,
                frame.c.epoch == seq_gap.c.epoch,
                frame.c.seq.between(seq_gap.c.first, seq_gap.c.last),
            ),
            exists().where(
                seq_merged.c.agent_id == seq_gap.c.agent_id,
                seq_merged.c.epoch == seq_gap.c.epoch,
                seq_merged.c.first <= seq_gap.c.last,
                seq_merged.c.last >= seq_gap.c.first,
            ),
        )
    )
    .order_by(seq_gap.c.agent_id, seq_gap.c.epoch)
)
_LOST_RANGES: Final = (
    select(seq_lost.c.agent_id, func.count()).group_by(seq_lost.c.agent_id).having(func.count() > 1)
)


def past_the_mark(db: Connection) -> tuple[Reach, ...]:
    """Every epoch that has rows past its mark."""
    return tuple(
        Reach(
            agent_id=row.agent_id,
            epoch=row.epoch,
            organisation_id=row.organisation_id,
            checked_to=row.checked_to,
            newest=max(row.newest, row.merged_to),
            frames=row.frames,
        )
        for row in db.execute(_PAST_THE_MARK)
    )


def late(db: Connection) -> tuple[Late, ...]:
    """Every epoch in a gap of which something came."""
    return tuple(Late(*row) for row in db.execute(_LATE))


def lost_ranges_of(db: Connection) -> dict[str, int]:
    """Agents with several ranges in table seq_lost, which might be joined, and how many."""
    return {agent_id: count for agent_id, count in db.execute(_LOST_RANGES)}


def move_marks(db: Connection, reached: Iterable[tuple[Reach, int]], *, now: datetime) -> None:
    """No gap up to there is unknown any more; a mark that another moved further stays there."""
    rows = [
        {
            "agent_id": reach.agent_id,
            "epoch": reach.epoch,
            "organisation_id": reach.organisation_id,
            "checked_to": checked_to,
            "checked_at": now,
        }
        for reach, checked_to in reached
    ]
    if not rows:
        return
    statement = insert_into(db, seq_mark)
    new = {name: statement.excluded[name] for name in ("checked_to", "checked_at")}
    is_further = statement.excluded.checked_to > seq_mark.c.checked_to
    keys = ["agent_id", "epoch"]
    db.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=new, where=is_further), rows
    )
