"""Rows of table seq_merged: telemetry that is merged into days is recognised by ranges of seqs.

A range says: every row of it came, and those of it that table frame does not have were telemetry.
So rows of other lanes between do not cut it, and an agent that lives for years has few of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from sqlalchemy import Connection, and_, delete, func, insert, select

from collector.store.seq_ranges import union
from collector.store.tables import frame, seq_merged
from shared.frame import Lane
from shared.receipt import SeqRange

Key = tuple[str, str, int]  # agent, epoch, seq

_AT_ONCE: Final = 500
_NEAR: Final = 5000  # so far apart at most are two ranges that rows of other lanes connect


def note(
    db: Connection, *, agent_id: str, organisation_id: str, epoch: str, seqs: Sequence[int]
) -> None:
    """Forget the frames of merged telemetry; their seqs become part of a range."""
    for begin in range(0, len(seqs), _AT_ONCE):
        db.execute(
            delete(frame).where(
                frame.c.agent_id == agent_id,
                frame.c.epoch == epoch,
                frame.c.lane == Lane.TELEMETRY.value,
                frame.c.seq.in_(seqs[begin : begin + _AT_ONCE]),
            )
        )
    mine = and_(seq_merged.c.agent_id == agent_id, seq_merged.c.epoch == epoch)
    low, high = min(seqs), max(seqs)
    below, above = db.execute(
        select(
            select(func.max(seq_merged.c.first))
            .where(mine, seq_merged.c.first <= low)
            .scalar_subquery(),
            select(func.min(seq_merged.c.first))
            .where(mine, seq_merged.c.first > high)
            .scalar_subquery(),
        )
    ).one()
    near = mine & seq_merged.c.first.between(below or low, above or high)
    ranges = [SeqRange(row.first, row.last) for row in db.execute(select(seq_merged).where(near))]
    between = db.execute(
        select(frame.c.seq).where(
            frame.c.agent_id == agent_id,
            frame.c.epoch == epoch,
            frame.c.seq.between(
                max([low - _NEAR, *(one.last for one in ranges if one.last < low)]),
                min([high + _NEAR, *(one.first for one in ranges if one.first > high)]),
            ),
        )
    ).scalars()
    joined = join([*ranges, *(SeqRange(seq, seq) for seq in seqs)], between)
    db.execute(delete(seq_merged).where(near))
    db.execute(
        insert(seq_merged),
        [
            {
                "agent_id": agent_id,
                "epoch": epoch,
                "organisation_id": organisation_id,
                "first": one.first,
                "last": one.last,
            }
            for one in joined
        ],
    )


def join(merged: Iterable[SeqRange], other: Iterable[int]) -> tuple[SeqRange, ...]:
    """As few ranges as cover ``merged`` and reach over nothing but ``other``. Pure."""
    own = union(merged)
    starts = [one.first for one in own]
    whole = union([*own, *(SeqRange(seq, seq) for seq in other)])
    return tuple(
        one for one in whole if bisect_left(starts, one.first) < bisect_right(starts, one.last)
    )


def among(db: Connection, keys: Sequence[Key]) -> set[Key]:
    """Those keys that lie in a range; for rows that table frame does not have.

    Written by hand, because SQLAlchemy compiles its ``values()`` anew for each batch: 43 ms for
    500 keys, and this 0.4 ms.
    """
    if not keys:
        return set()
    mark = "?" if db.dialect.paramstyle == "qmark" else "%s"
    row = f"(CAST({mark} AS VARCHAR), CAST({mark} AS VARCHAR), CAST({mark} AS BIGINT))"
    rows = db.exec_driver_sql(
        f"WITH wanted (a, e, s) AS (VALUES {', '.join([row] * len(keys))})"
        " SELECT a, e, s FROM wanted WHERE s <="
        " (SELECT last FROM seq_merged WHERE agent_id = a AND epoch = e AND first <= s"
        " ORDER BY first DESC LIMIT 1)",
        tuple(chain.from_iterable(keys)),
    )
    return {(agent_id, epoch, seq) for agent_id, epoch, seq in rows}
