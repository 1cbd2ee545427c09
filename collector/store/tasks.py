"""Rows of table task: work for people at a site; one open per position and code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, select, update

from collector.claims.revisit import Revisit, Step
from collector.store import task_history
from collector.store.scope import Scope
from collector.store.tables import agent, episode, position, task
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
    made = insert_row(
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
    task_history.add(db, task_id=made, step=Step.OPENED, now=now)
    return made


def close(db: Connection, *, position_id: int, code: str, now: datetime) -> bool:
    """The fault cleared: its task is over, verified if somebody had called it done.

    False when none was open.
    """
    found = db.execute(
        update(task)
        .where(task.c.position_id == position_id, task.c.code == code, task.c.closed_at.is_(None))
        .values(closed_at=now)
        .returning(task.c.id, task.c.done_at)
    ).one_or_none()
    if found is None:
        return False
    step = Step.CLEARED if found.done_at is None else Step.VERIFIED
    task_history.add(db, task_id=found.id, step=step, now=now)
    return True


def assign(
    db: Connection, scope: Scope, *, task_id: int, person_id: int | None, actor: str, now: datetime
) -> bool:
    """Give it to a person, or to nobody; False when it is not open, is not in the slice, or is
    theirs already. The caller has checked that the person may have it."""
    found = db.execute(
        update(task)
        .where(
            _open(scope, task_id),
            task.c.assignee_id.is_distinct_from(person_id),
        )
        .values(assignee_id=person_id)
    )
    if found.rowcount != 1:
        return False
    step = Step.RELEASED if person_id is None else Step.ASSIGNED
    task_history.add(db, task_id=task_id, step=step, now=now, actor=actor, person_id=person_id)
    return True


def release_all(db: Connection, *, person_id: int, actor: str, now: datetime) -> None:
    """Somebody is here no more: what was theirs and is not over is nobody's."""
    found = db.execute(
        update(task)
        .where(task.c.assignee_id == person_id, task.c.closed_at.is_(None))
        .values(assignee_id=None)
        .returning(task.c.id)
    ).scalars()
    for task_id in found.all():
        task_history.add(db, task_id=task_id, step=Step.RELEASED, now=now, actor=actor)


def set_due(
    db: Connection, scope: Scope, *, task_id: int, due_on: date | None, actor: str, now: datetime
) -> bool:
    """Say by which day; False when it is not open, not in the slice, or due then already."""
    found = db.execute(
        update(task)
        .where(_open(scope, task_id), task.c.due_on.is_distinct_from(due_on))
        .values(due_on=due_on)
    )
    if found.rowcount != 1:
        return False
    note = due_on.isoformat() if due_on else ""
    task_history.add(db, task_id=task_id, step=Step.DUE, now=now, actor=actor, note=note)
    return True


def finish(
    db: Connection, scope: Scope, *, task_id: int, actor: str, note: str, now: datetime
) -> bool:
    """Somebody says it is done: to be verified. False when it is not open, or not in the slice."""
    found = db.execute(
        update(task)
        .where(_open(scope, task_id), task.c.done_at.is_(None))
        .values(done_at=now, done_by=actor)
    )
    if found.rowcount != 1:
        return False
    task_history.add(db, task_id=task_id, step=Step.DONE, now=now, actor=actor, note=note)
    return True


def take_back(
    db: Connection, scope: Scope, *, task_id: int, actor: str, note: str, now: datetime
) -> bool:
    """It is not done after all, says a person; False when nobody had called it done."""
    found = db.execute(
        update(task)
        .where(_open(scope, task_id), task.c.done_at.is_not(None))
        .values(done_at=None, done_by="")
    )
    if found.rowcount != 1:
        return False
    task_history.add(db, task_id=task_id, step=Step.TAKEN_BACK, now=now, actor=actor, note=note)
    return True


def return_(db: Connection, *, task_id: int, done_at: datetime, now: datetime) -> bool:
    """The probes find the fault still there after the visit; False when somebody was first."""
    found = db.execute(
        update(task)
        .where(task.c.id == task_id, task.c.closed_at.is_(None), task.c.done_at == done_at)
        .values(done_at=None, done_by="", returned=task.c.returned + 1)
    )
    if found.rowcount != 1:
        return False
    task_history.add(db, task_id=task_id, step=Step.RETURNED, now=now)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledDone:
    """A task that waits to be verified."""

    id: int
    position_id: int
    known: Revisit
    promised_within_s: float | None  # the agent's


def to_verify(db: Connection) -> tuple[CalledDone, ...]:
    """Every task that is called done and not over."""
    is_open = (
        select(episode.c.id)
        .where(
            episode.c.position_id == task.c.position_id,
            episode.c.code == task.c.code,
            episode.c.cleared_at.is_(None),
        )
        .exists()
    )
    rows = db.execute(
        select(
            task.c.id,
            task.c.position_id,
            task.c.code,
            task.c.done_at,
            is_open.label("is_open"),
            position.c.standing,
            position.c.standing_at,
            position.c.last_good_at,
            agent.c.silent_since,
            agent.c.promised_within_s,
        )
        .join(position, position.c.id == task.c.position_id)
        .join(agent, agent.c.id == position.c.agent_id)
        .where(task.c.closed_at.is_(None), task.c.done_at.is_not(None))
        .order_by(task.c.id)
    )
    return tuple(
        CalledDone(
            id=row.id,
            position_id=row.position_id,
            known=Revisit(
                code=row.code,
                done_at=row.done_at,
                is_open=bool(row.is_open),
                standing=row.standing,
                standing_at=row.standing_at,
                last_good_at=row.last_good_at,
                agent_silent=row.silent_since is not None,
            ),
            promised_within_s=row.promised_within_s,
        )
        for row in rows
    )


def _open(scope: Scope, task_id: int) -> ColumnElement[bool]:
    inside = scope.covers(task.c.organisation_id)
    return inside & (task.c.id == task_id) & task.c.closed_at.is_(None)
