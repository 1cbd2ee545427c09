"""Reads what happened since the last look: incidents, tasks, trust; ``claim_news`` has the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from collector.claims.problem import Both
from collector.claims.revisit import Step
from collector.claims.trust import Standing
from collector.store.tables import (
    claim_event,
    incident,
    notice,
    person,
    position,
    site,
    task,
    task_event,
    trust_change,
)

MOST_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNews:
    """An incident that began, or ended."""

    id: int
    organisation_id: str
    site_id: str
    site_name: str
    cause: str
    text: Both
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNews:
    """A step of a task that is still open."""

    seq: int
    step: str
    at: datetime
    actor: str
    note: str
    task_id: int
    organisation_id: str
    site_id: str
    site_name: str
    position_id: int
    device_name: str
    code: str
    assignee_id: int | None
    given_to: int | None  # by this very step
    given_by_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustNews:
    """A pair of fault and model lost its trust."""

    id: int
    code: str
    model: str
    reason: Both
    at: datetime


def incidents_after(db: Connection, last: int) -> tuple[IncidentNews, ...]:
    """Incidents with a higher number."""
    rows = db.execute(
        select(incident, site.c.name.label("site_name"))
        .join(site, site.c.id == incident.c.site_id)
        .where(incident.c.id > last)
        .order_by(incident.c.id)
        .limit(MOST_AT_ONCE)
    )
    return tuple(_incident(row, at=row.opened_at) for row in rows)


def incidents_over(db: Connection, *, since: datetime, until: datetime) -> tuple[IncidentNews, ...]:
    """Incidents that ended in that time, whose beginning is known and whose end is not; one that
    ended in another is told with that one."""
    end = notice.alias()
    rows = db.execute(
        select(incident, site.c.name.label("site_name"))
        .join(
            notice,
            (notice.c.thing == "incident")
            & (notice.c.thing_id == incident.c.id)
            & (notice.c.step == "opened"),
        )
        .join(site, site.c.id == incident.c.site_id)
        .outerjoin(
            end,
            (end.c.thing == "incident")
            & (end.c.thing_id == incident.c.id)
            & (end.c.step == "closed"),
        )
        .where(
            incident.c.closed_at.between(since, until),
            incident.c.merged_into.is_(None),
            end.c.id.is_(None),
        )
        .order_by(incident.c.id)
        .limit(MOST_AT_ONCE)
    )
    return tuple(_incident(row, at=row.closed_at) for row in rows)


def _incident(row: Row[tuple[object, ...]], *, at: datetime) -> IncidentNews:
    known = row._mapping
    return IncidentNews(
        id=known["id"],
        organisation_id=known["organisation_id"],
        site_id=known["site_id"],
        site_name=known["site_name"],
        cause=known["cause"],
        text=Both(known["text_en"], known["text_zh"]),
        at=at,
    )


def is_incident_open(db: Connection, incident_id: int) -> bool:
    """True while it goes on."""
    return _is_there(db, incident.c.id == incident_id, incident.c.closed_at.is_(None))


def is_task_open(db: Connection, task_id: int) -> bool:
    """True while it is not over."""
    return _is_there(db, task.c.id == task_id, task.c.closed_at.is_(None))


def _is_there(db: Connection, *conditions: ColumnElement[bool]) -> bool:
    return bool(db.execute(select(exists().where(*conditions))).scalar_one())


def task_steps_after(db: Connection, last: int) -> tuple[TaskNews, ...]:
    """Steps with a higher number that somebody may want to know."""
    told = (Step.OPENED.value, Step.ASSIGNED.value, Step.RETURNED.value)
    rows = db.execute(
        select(
            task_event,
            task.c.site_id,
            site.c.name.label("site_name"),
            task.c.position_id,
            position.c.name.label("device_name"),
            position.c.device_id,
            task.c.code,
            task.c.assignee_id,
            person.c.name.label("given_to_name"),
        )
        .join(task, task.c.id == task_event.c.task_id)
        .join(site, site.c.id == task.c.site_id)
        .join(position, position.c.id == task.c.position_id)
        .outerjoin(person, person.c.id == task_event.c.person_id)
        .where(task_event.c.id > last, task_event.c.type.in_(told))
        .order_by(task_event.c.id)
        .limit(MOST_AT_ONCE)
    )
    return tuple(
        TaskNews(
            seq=row.id,
            step=row.type,
            at=row.at,
            actor=row.actor,
            note=row.note,
            task_id=row.task_id,
            organisation_id=row.organisation_id,
            site_id=row.site_id,
            site_name=row.site_name,
            position_id=row.position_id,
            device_name=row.device_name or row.device_id,
            code=row.code,
            assignee_id=row.assignee_id,
            given_to=row.person_id,
            given_by_self=row.given_to_name == row.actor,
        )
        for row in rows
    )


def trust_lost_after(db: Connection, last: int) -> tuple[TrustNews, ...]:
    """Changes with a higher number by which a pair lost the trust that it had."""
    before = trust_change.alias()
    was = (
        select(before.c.standing)
        .where(
            before.c.code == trust_change.c.code,
            before.c.model == trust_change.c.model,
            before.c.proof == trust_change.c.proof,
            before.c.id < trust_change.c.id,
        )
        .order_by(before.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.execute(
        select(trust_change, was.label("was"))
        .where(trust_change.c.id > last)
        .order_by(trust_change.c.id)
        .limit(MOST_AT_ONCE)
    )
    return tuple(
        TrustNews(
            id=row.id,
            code=row.code,
            model=row.model,
            reason=Both(row.reason_en, row.reason_zh),
            at=row.at,
        )
        for row in rows
        if row.standing == Standing.STOPPED.value
        or (row.was == Standing.CLAIMABLE.value and row.standing == Standing.SHADOW.value)
    )


def newest(db: Connection, source: str) -> int:
    """The highest number of a table that is looked through; 0 when it is empty."""
    key = {
        "incident": incident.c.id,
        "task_event": task_event.c.id,
        "claim_event": claim_event.c.seq,
        "trust_change": trust_change.c.id,
    }[source]
    return int(db.execute(select(func.coalesce(func.max(key), 0))).scalar_one())
