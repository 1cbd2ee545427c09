"""Tasks as people see them: what is to be done where, whose it is, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, select
from sqlalchemy.engine import Row

from collector.claims.revisit import TaskState
from collector.store.scope import Scope
from collector.store.tables import decision, episode, person, position, site, task
from collector.store.views.words import Words, fault_name, fault_remedy

NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks; '' is every one."""

    site: str = ""
    owner: str = ""  # a person's name, or NOBODY
    kind: str = ""
    state: str = ""  # TaskState value, or 'active' for what is not closed


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """Something to do at a site that no warranty covers."""

    id: int
    organisation_id: str
    site_id: str
    site_name: str
    zone: str
    position_id: int
    device_id: str
    device_name: str
    is_host: bool  # the recorder or gateway itself
    model: str
    label_serial: str
    picture_sha256: str  # '' for none
    picture_at: datetime | None
    code: str
    kind: str
    name: Words
    remedy: Words
    reason: Words
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str  # '' when the fault cleared
    persists: bool  # a fault of this code is still open at the device
    assignee_id: int | None
    assignee: str  # '' for nobody
    due_on: date | None
    done_at: datetime | None
    done_by: str
    returned: int  # how often it was still there after a visit

    @property
    def state(self) -> TaskState:
        """Open, done and to be verified, or closed."""
        if self.closed_at is not None:
            return TaskState.CLOSED
        return TaskState.OPEN if self.done_at is None else TaskState.DONE

    @property
    def is_verified(self) -> bool:
        """Closed because the fault was gone after somebody had called it done."""
        return self.closed_at is not None and self.done_at is not None


def list_tasks(
    db: Connection,
    scope: Scope,
    wanted: TaskFilter | None = None,
    *,
    before: int = 0,
    limit: int = 200,
) -> tuple[TaskRow, ...]:
    """Tasks of the slice, newest first."""
    query = _narrow(_query(scope), wanted or TaskFilter())
    if before:
        query = query.where(task.c.id < before)
    rows = db.execute(query.order_by(task.c.id.desc()).limit(limit))
    return tuple(_read(row) for row in rows)


def find_task(db: Connection, scope: Scope, task_id: int) -> TaskRow | None:
    """One task; None when the slice has no such."""
    row = db.execute(_query(scope).where(task.c.id == task_id)).one_or_none()
    return None if row is None else _read(row)


def _narrow(query: Select[Any], wanted: TaskFilter) -> Select[Any]:
    if wanted.site:
        query = query.where(task.c.site_id == wanted.site)
    if wanted.kind:
        query = query.where(task.c.kind == wanted.kind)
    if wanted.owner == NOBODY:
        query = query.where(task.c.assignee_id.is_(None))
    elif wanted.owner:
        query = query.where(person.c.name == wanted.owner)
    match wanted.state:
        case "active":
            query = query.where(task.c.closed_at.is_(None))
        case TaskState.OPEN.value:
            query = query.where(task.c.closed_at.is_(None), task.c.done_at.is_(None))
        case TaskState.DONE.value:
            query = query.where(task.c.closed_at.is_(None), task.c.done_at.is_not(None))
        case TaskState.CLOSED.value:
            query = query.where(task.c.closed_at.is_not(None))
        case _:
            pass
    return query


def _query(scope: Scope) -> Select[Any]:
    same = episode.alias()
    persists = exists().where(
        same.c.position_id == task.c.position_id,
        same.c.code == task.c.code,
        same.c.cleared_at.is_(None),
    )
    return (
        select(
            task,
            site.c.name.label("site_name"),
            site.c.zone,
            position.c.name.label("device_name"),
            position.c.device_id,
            position.c.agent_id,
            position.c.model,
            position.c.label_serial,
            position.c.picture_sha256,
            position.c.picture_at,
            person.c.name.label("assignee"),
            decision.c.reason_en,
            decision.c.reason_zh,
            persists.label("persists"),
        )
        .join(site, site.c.id == task.c.site_id)
        .join(position, position.c.id == task.c.position_id)
        .outerjoin(person, person.c.id == task.c.assignee_id)
        .outerjoin(decision, decision.c.episode_id == task.c.episode_id)
        .where(scope.covers(task.c.organisation_id))
    )


def _read(row: Row[Any]) -> TaskRow:
    return TaskRow(
        id=row.id,
        organisation_id=row.organisation_id,
        site_id=row.site_id,
        site_name=row.site_name,
        zone=row.zone,
        position_id=row.position_id,
        device_id=row.device_id,
        device_name=row.device_name or row.device_id,
        is_host=row.device_id == row.agent_id,
        model=row.model,
        label_serial=row.label_serial,
        picture_sha256=row.picture_sha256 or "",
        picture_at=row.picture_at,
        code=row.code,
        kind=row.kind,
        name=fault_name(row.code),
        remedy=fault_remedy(row.code),
        reason=Words(en=row.reason_en or "", zh=row.reason_zh or ""),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        persists=bool(row.persists),
        assignee_id=row.assignee_id,
        assignee=row.assignee or "",
        due_on=row.due_on,
        done_at=row.done_at,
        done_by=row.done_by,
        returned=row.returned,
    )
