"""Rows of incident and incident_member: one open incident per site and cause."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from collector.store.tables import incident, incident_member
from collector.store.upsert import insert_into, insert_row


def open_at(db: Connection, *, site_id: str) -> int | None:
    """The oldest incident open at the site, whatever its cause; None when there is none."""
    return db.execute(
        select(incident.c.id)
        .where(incident.c.site_id == site_id, incident.c.closed_at.is_(None))
        .order_by(incident.c.id)
        .limit(1)
    ).scalar_one_or_none()


def open_(
    db: Connection,
    *,
    organisation_id: str,
    site_id: str,
    cause: str,
    text_en: str,
    text_zh: str,
    now: datetime,
) -> int:
    """Open an incident; IntegrityError when the site has one of this cause. Returns its id."""
    return insert_row(
        db,
        incident,
        organisation_id=organisation_id,
        site_id=site_id,
        cause=cause,
        text_en=text_en,
        text_zh=text_zh,
        opened_at=now,
    )


def restate(db: Connection, *, incident_id: int, cause: str, text_en: str, text_zh: str) -> None:
    """The same loss is known better now: unreachable devices turned out to be a silent site."""
    db.execute(
        update(incident)
        .where(incident.c.id == incident_id)
        .values(cause=cause, text_en=text_en, text_zh=text_zh)
    )


def add_member(
    db: Connection,
    *,
    incident_id: int,
    organisation_id: str,
    position_id: int,
    episode_id: int | None,
) -> None:
    """A position is part of the loss; a later call names the episode that says so."""
    made = insert_into(db, incident_member).values(
        incident_id=incident_id,
        organisation_id=organisation_id,
        position_id=position_id,
        episode_id=episode_id,
    )
    if episode_id is None:
        db.execute(made.on_conflict_do_nothing(index_elements=["incident_id", "position_id"]))
        return
    db.execute(
        made.on_conflict_do_update(
            index_elements=["incident_id", "position_id"], set_={"episode_id": episode_id}
        )
    )


def close(db: Connection, *, site_id: str, cause: str, now: datetime) -> tuple[int, ...]:
    """The loss is over; the ids of what was open, () when nothing was."""
    found = db.execute(
        update(incident)
        .where(
            incident.c.site_id == site_id,
            incident.c.cause == cause,
            incident.c.closed_at.is_(None),
        )
        .values(closed_at=now)
        .returning(incident.c.id)
    )
    return tuple(found.scalars())


def sites_with(db: Connection, *, cause: str) -> tuple[str, ...]:
    """Sites where an incident of this cause is open."""
    found = db.execute(
        select(incident.c.site_id).where(incident.c.cause == cause, incident.c.closed_at.is_(None))
    )
    return tuple(found.scalars())
