"""Rows of table task: work for people at a site; one open per position and code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from collector.store.scope import Scope
from collector.store.tables import task
from collector.store.upsert import insert_row


def open_or_find(
    db: Connection,
    *,
    organisation_id: str,
    site_id: str,
    position_id: int,
    code: str,
    kind: str,
    episode_id: int,
    now: datetime,
) -> int:
    """The open task for this position and code, made when there is none. Returns its id."""
    known = db.execute(
        select(task.c.id).where(
            task.c.position_id == position_id, task.c.code == code, task.c.closed_at.is_(None)
        )
    ).scalar_one_or_none()
    if known is not None:
        return int(known)
    return insert_row(
        db,
        task,
        organisation_id=organisation_id,
        site_id=site_id,
        position_id=position_id,
        code=code,
        kind=kind,
        episode_id=episode_id,
        opened_at=now,
    )


def close(db: Connection, *, position_id: int, code: str, now: datetime) -> bool:
    """The fault cleared: its task is done; False when none was open."""
    found = db.execute(
        update(task)
        .where(task.c.position_id == position_id, task.c.code == code, task.c.closed_at.is_(None))
        .values(closed_at=now)
    )
    return found.rowcount == 1


def finish(db: Connection, scope: Scope, *, task_id: int, actor: str, now: datetime) -> bool:
    """Somebody says it is done; False when it is not open, or not in the slice."""
    found = db.execute(
        update(task)
        .where(
            scope.covers(task.c.organisation_id),
            task.c.id == task_id,
            task.c.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by=actor)
    )
    return found.rowcount == 1
