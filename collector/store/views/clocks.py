"""The clocks of pre-claims as lists show them: what has not stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from collector.store.tables import claim_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One clock that has not stopped, as it was counted last."""

    kind: str  # response | resolution
    due_at: datetime  # of a paused one: if it went on when it was counted
    paused_since: datetime | None
    pause_reason: str
    is_provisional: bool


def running_clocks(db: Connection, lines: Collection[int]) -> dict[int, tuple[ClockRow, ...]]:
    """The clocks of these lines that have not stopped, the first due first."""
    found: dict[int, tuple[ClockRow, ...]] = {}
    rows = db.execute(
        select(
            claim_clock.c.line_id,
            claim_clock.c.kind,
            claim_clock.c.due_at,
            claim_clock.c.paused_since,
            claim_clock.c.pause_reason,
            claim_clock.c.provisional,
            claim_clock.c.stopped_at,
        )
        .where(claim_clock.c.line_id.in_(lines))
        .order_by(claim_clock.c.due_at)
    )
    for row in rows:
        if row.stopped_at is not None:  # asked for, SQLite reads every clock that runs
            continue
        clock = ClockRow(
            kind=row.kind,
            due_at=row.due_at,
            paused_since=row.paused_since,
            pause_reason=row.pause_reason,
            is_provisional=row.provisional,
        )
        found[row.line_id] = (*found.get(row.line_id, ()), clock)
    return found
