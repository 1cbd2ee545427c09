"""The clock's columns of firmware_case: due, next to be told, and by which calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, or_, select, update

from collector.claims.firmware_case import RUNNING
from collector.store.tables import firmware_case


def keep(
    db: Connection,
    case_id: int,
    *,
    due_at: datetime | None,
    next_at: datetime | None,
    calendar: str,
    now: datetime,
) -> None:
    """Write what the clocks say now."""
    db.execute(
        update(firmware_case)
        .where(firmware_case.c.id == case_id)
        .values(due_at=due_at, next_at=next_at, calendar=calendar, renewed_at=now)
    )


def reached(db: Connection, *, now: datetime, limit: int) -> tuple[int, ...]:
    """Cases of which a clock has come to a share of its time, the earliest first."""
    rows = db.execute(
        select(firmware_case.c.id)
        .where(firmware_case.c.next_at <= now)
        .order_by(firmware_case.c.next_at)
        .limit(limit)
    )
    return tuple(rows.scalars())


def stale(db: Connection, *, calendar: str, before: datetime, limit: int) -> tuple[int, ...]:
    """Cases on a clock that was counted by another calendar, or before this moment: a pause moves
    its due day on."""
    rows = db.execute(
        select(firmware_case.c.id)
        .where(
            firmware_case.c.state.in_(_RUNNING),
            or_(firmware_case.c.calendar != calendar, firmware_case.c.renewed_at < before),
        )
        .order_by(firmware_case.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


_RUNNING: Final = tuple(state.value for state in RUNNING)
