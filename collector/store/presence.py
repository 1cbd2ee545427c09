"""When readings of each family of a position came, over days, and its faults in that time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, or_, select

from collector.store import telemetry
from collector.store.history import pending_of
from collector.store.tables import episode
from collector.telemetry import day as days
from collector.telemetry.lanes import Fault
from collector.telemetry.presence import Presence, add, of_samples, of_tables
from collector.telemetry.samples import DAY_S, second_of


def presence(db: Connection, position_id: int, *, since: datetime, until: datetime) -> Presence:
    """What came in these days (UTC, whole ones), merged or not.

    Days past the keeping time of their points, and damaged ones, say nothing.
    """
    first, last = second_of(since) // DAY_S, second_of(until) // DAY_S
    found: Presence = {}
    for day in telemetry.days(db, position_id, first=first, last=last, with_points=True):
        if day.points is not None:
            try:
                add(found, of_tables(days.tables_in(day.points)))
            except days.DamagedDayError:
                continue
    add(found, of_samples(pending_of(db, position_id)))
    return found


def faults(
    db: Connection, position_id: int, *, since: datetime, until: datetime
) -> tuple[Fault, ...]:
    """The episodes of a position that were open at any time in between."""
    rows = db.execute(
        select(episode.c.code, episode.c.onset_at, episode.c.cleared_at)
        .where(
            episode.c.position_id == position_id,
            episode.c.onset_at <= until,
            or_(episode.c.cleared_at.is_(None), episode.c.cleared_at >= since),
        )
        .order_by(episode.c.onset_at, episode.c.id)
    )
    return tuple(
        Fault(
            code=row.code,
            since_s=second_of(row.onset_at),
            until_s=None if row.cleared_at is None else second_of(row.cleared_at),
        )
        for row in rows
    )
