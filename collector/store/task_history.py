"""Rows of table task_event: who did what with a task, only ever appended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from collector.claims.revisit import Step
from collector.store.tables import person, task, task_event

COLLECTOR = ""  # as an actor: nobody, the collector found it itself


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStep:
    """One line of a task's history."""

    at: datetime
    actor: str  # '' : the collector
    type: str
    person: str  # whom it was given to; '' for none
    note: str


def add(
    db: Connection,
    *,
    task_id: int,
    step: Step,
    now: datetime,
    actor: str = COLLECTOR,
    person_id: int | None = None,
    note: str = "",
) -> None:
    """Append a step; it belongs to whom the task belongs to."""
    owner = select(task.c.organisation_id).where(task.c.id == task_id).scalar_subquery()
    db.execute(
        insert(task_event).values(
            organisation_id=owner,
            task_id=task_id,
            at=now,
            actor=actor,
            type=step.value,
            person_id=person_id,
            note=note,
        )
    )


def read(db: Connection, *, task_id: int) -> tuple[TaskStep, ...]:
    """The steps of a task, newest first."""
    rows = db.execute(
        select(task_event, person.c.name)
        .outerjoin(person, person.c.id == task_event.c.person_id)
        .where(task_event.c.task_id == task_id)
        .order_by(task_event.c.id.desc())
    )
    return tuple(
        TaskStep(at=row.at, actor=row.actor, type=row.type, person=row.name or "", note=row.note)
        for row in rows
    )
