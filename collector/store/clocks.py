"""Rows of claim_clock, and the due date by which lists are sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from collector.claims.snapshot import Kind, Snapshot
from collector.store.tables import claim_clock, claim_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A clock that has come to a share of its time."""

    line_id: int
    organisation_id: str
    kind: Kind
    cycle: int
    warned: int


def keep(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    snapshots: Sequence[Snapshot],
    now: datetime,
) -> None:
    """Write what the clocks of a line say now, and when the first of them is due."""
    known = {
        (row.kind, row.cycle): row.warned
        for row in db.execute(
            select(claim_clock.c.kind, claim_clock.c.cycle, claim_clock.c.warned).where(
                claim_clock.c.line_id == line_id
            )
        )
    }
    for one in snapshots:
        key = (one.kind.value, one.cycle)
        values = _values(one, warned=known.get(key, 0), now=now)
        if key in known:
            db.execute(
                update(claim_clock)
                .where(
                    claim_clock.c.line_id == line_id,
                    claim_clock.c.kind == one.kind.value,
                    claim_clock.c.cycle == one.cycle,
                )
                .values(values)
            )
        else:
            db.execute(
                insert(claim_clock).values(
                    line_id=line_id,
                    organisation_id=organisation_id,
                    kind=one.kind.value,
                    cycle=one.cycle,
                    **values,
                )
            )
    due_at = min((one.due_at for one in snapshots if one.runs), default=None)
    db.execute(update(claim_line).where(claim_line.c.id == line_id).values(due_at=due_at))


def reached(db: Connection, *, now: datetime, limit: int) -> tuple[Reached, ...]:
    """Running clocks whose next share of time is used by now, the earliest first."""
    rows = db.execute(
        select(claim_clock)
        .where(claim_clock.c.next_at <= now)
        .order_by(claim_clock.c.next_at)
        .limit(limit)
    )
    return tuple(
        Reached(
            line_id=row.line_id,
            organisation_id=row.organisation_id,
            kind=Kind(row.kind),
            cycle=row.cycle,
            warned=row.warned,
        )
        for row in rows
    )


def set_warned(db: Connection, one: Reached, *, warned: int, next_at: datetime | None) -> None:
    """People are told of this share once; the next one is reached then."""
    db.execute(
        update(claim_clock)
        .where(
            claim_clock.c.line_id == one.line_id,
            claim_clock.c.kind == one.kind.value,
            claim_clock.c.cycle == one.cycle,
        )
        .values(warned=warned, next_at=next_at)
    )


def stale(db: Connection, *, calendar: str, paused_before: datetime, limit: int) -> tuple[int, ...]:
    """Lines whose snapshot is to be made again: of another calendar, of other terms, or paused and
    not counted for a while."""
    rows = db.execute(
        select(claim_clock.c.line_id)
        .where(
            claim_clock.c.stopped_at.is_(None),
            or_(
                claim_clock.c.calendar != calendar,
                and_(
                    claim_clock.c.paused_since.is_not(None),
                    claim_clock.c.renewed_at < paused_before,
                ),
            ),
        )
        .distinct()
        .limit(limit)
    )
    return tuple(rows.scalars())


def without(db: Connection, *, after: int, limit: int) -> tuple[int, ...]:
    """Submitted lines that never had a snapshot, beyond an id: from before there were any."""
    rows = db.execute(
        select(claim_line.c.id)
        .outerjoin(claim_clock, claim_clock.c.line_id == claim_line.c.id)
        .where(
            claim_line.c.submitted_at.is_not(None),
            claim_clock.c.id.is_(None),
            claim_line.c.id > after,
        )
        .order_by(claim_line.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


def is_running(db: Connection, *, line_id: int, kind: str, cycle: int) -> bool:
    """True while this clock neither has stopped nor is paused."""
    found = db.execute(
        select(func.count())
        .select_from(claim_clock)
        .where(
            claim_clock.c.line_id == line_id,
            claim_clock.c.kind == kind,
            claim_clock.c.cycle == cycle,
            claim_clock.c.stopped_at.is_(None),
            claim_clock.c.paused_since.is_(None),
        )
    )
    return bool(found.scalar_one())


def _values(one: Snapshot, *, warned: int, now: datetime) -> dict[str, object]:
    return {
        "started_at": one.started_at,
        "due_at": one.due_at,
        "stopped_at": one.stopped_at,
        "breached_at": one.breached_at,
        "paused_since": one.paused_since,
        "pause_reason": one.pause_reason,
        "paused_days": one.paused_days,
        "provisional": one.is_provisional,
        "calendar": one.calendar,
        "next_at": one.next_after(warned),
        "renewed_at": now,
    }
