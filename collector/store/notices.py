"""Rows of notice and notify_cursor: what happened, once each, and how far it was looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, update

from collector.claims.problem import Both
from collector.notify.letter import Notice
from collector.store.tables import incident, letter_item, notice, notify_cursor, site, task
from collector.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something to tell, found just now."""

    organisation_id: str
    topic: str
    thing: str
    thing_id: int
    step: str
    title: Both
    text: Both
    path: str
    at: datetime
    site_id: str = ""
    position_id: int | None = None
    code: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notice that was told to nobody yet; its fields are columns of the table."""

    id: int
    organisation_id: str
    topic: str
    thing: str
    thing_id: int
    step: str
    site_id: str
    position_id: int | None
    code: str
    person_id: int | None
    at: datetime


def reached(db: Connection, source: str) -> int:
    """The last row of this table that was looked at."""
    return int(
        db.execute(
            select(notify_cursor.c.reached).where(notify_cursor.c.source == source)
        ).scalar_one()
    )


def go_on(db: Connection, source: str, *, to: int) -> None:
    """The next look begins behind this row."""
    db.execute(update(notify_cursor).where(notify_cursor.c.source == source).values(reached=to))


def add(db: Connection, found: Happened) -> bool:
    """Keep it; False when it is known already."""
    made = db.execute(
        insert_into(db, notice)
        .values(
            organisation_id=found.organisation_id,
            topic=found.topic,
            thing=found.thing,
            thing_id=found.thing_id,
            step=found.step,
            site_id=found.site_id,
            position_id=found.position_id,
            code=found.code,
            person_id=found.person_id,
            title_en=found.title.en,
            title_zh=found.title.zh,
            text_en=found.text.en,
            text_zh=found.text.zh,
            path=found.path,
            at=found.at,
            state="new",
        )
        .on_conflict_do_nothing(index_elements=["thing", "thing_id", "step"])
    )
    return made.rowcount == 1


def waiting(db: Connection, *, now: datetime, limit: int) -> tuple[Waiting, ...]:
    """What is to be told, oldest first: new, or silenced and due to be looked at again."""
    rows = db.execute(
        select(*(notice.c[field.name] for field in fields(Waiting)))
        .where(
            or_(
                notice.c.state == "new",
                (notice.c.state == "silenced") & (notice.c.look_at <= now),
            )
        )
        .order_by(notice.c.id)
        .limit(limit)
    )
    return tuple(Waiting(**row) for row in rows.mappings())


def set_state(
    db: Connection, *, notice_id: int, state: str, look_at: datetime | None = None
) -> None:
    """Told, silenced until ``look_at``, or over before anybody was told."""
    db.execute(update(notice).where(notice.c.id == notice_id).values(state=state, look_at=look_at))


def hasten(db: Connection, *, now: datetime) -> None:
    """A silence ended early: look at once at what waits for the end of one."""
    db.execute(
        update(notice)
        .where(notice.c.state == "silenced", notice.c.look_at > now)
        .values(look_at=now)
    )


def state_of(db: Connection, *, thing: str, thing_id: int, step: str) -> str:
    """How a notice stands; '' when there is none."""
    found = db.execute(
        select(notice.c.state).where(
            notice.c.thing == thing, notice.c.thing_id == thing_id, notice.c.step == step
        )
    ).scalar_one_or_none()
    return found or ""


def of_letter(db: Connection, letter_id: int) -> tuple[tuple[Notice, ...], int]:
    """What a letter says, oldest first, and how much of it came beyond the day's limit."""
    rows = db.execute(
        select(
            notice,
            func.coalesce(site.c.name, "").label("site_name"),
            letter_item.c.over_cap,
            func.coalesce(incident.c.closed_at, task.c.closed_at).label("closed_at"),
        )
        .join(letter_item, letter_item.c.notice_id == notice.c.id)
        .outerjoin(site, site.c.id == notice.c.site_id)
        .outerjoin(incident, _is_about("incident") & (incident.c.id == notice.c.thing_id))
        .outerjoin(task, _is_about("task") & (task.c.id == notice.c.thing_id))
        .where(letter_item.c.letter_id == letter_id)
        .order_by(notice.c.id)
    ).all()
    return _read(rows), sum(1 for row in rows if row.over_cap)


def _read(rows: Sequence[Row[tuple[object, ...]]]) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            id=row.id,
            topic=row.topic,
            step=row.step,
            thing=row.thing,
            thing_id=row.thing_id,
            site_id=row.site_id,
            site_name=row.site_name,
            title=Both(row.title_en, row.title_zh),
            text=Both(row.text_en, row.text_zh),
            path=row.path,
            at=row.at,
            is_over=row.closed_at is not None and row.step != "closed",
        )
        for row in rows
    )


def _is_about(thing: str) -> ColumnElement[bool]:
    return notice.c.thing == thing
