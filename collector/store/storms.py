"""Storms: an incident of many sites at once, and the episodes whose decisions wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, func, select, update

from collector.claims.outage import Level
from collector.claims.storm import SILENT
from collector.store.scope import Scope
from collector.store.tables import (
    agent,
    episode,
    incident,
    incident_member,
    organisation,
    position,
    site,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """An open storm."""

    id: int
    code: str
    organisation_id: str
    began_at: datetime
    text_en: str
    text_zh: str
    last_at: datetime | None  # when the last one joined
    still_there: int  # members whose fault is open


def root_of(code: str) -> str:
    """How a storm of this kind is kept."""
    return f"{Level.STORM.value}:{code}"


def list_open(db: Connection, *, code: str = "") -> tuple[Storm, ...]:
    """Storms that are open, of one kind or all."""
    joined = (
        select(
            incident_member.c.incident_id,
            func.max(incident_member.c.lost_at, type_=incident_member.c.lost_at.type).label("last"),
            func.count(episode.c.id).filter(episode.c.cleared_at.is_(None)).label("there"),
        )
        .outerjoin(episode, episode.c.id == incident_member.c.episode_id)
        .group_by(incident_member.c.incident_id)
        .subquery()
    )
    query = (
        select(incident, joined.c.last, joined.c.there)
        .outerjoin(joined, joined.c.incident_id == incident.c.id)
        .where(incident.c.level == Level.STORM.value, incident.c.closed_at.is_(None))
    )
    if code:
        query = query.where(incident.c.root == root_of(code))
    return tuple(
        Storm(
            id=row.id,
            code=row.root.partition(":")[2],
            organisation_id=row.organisation_id,
            began_at=row.began_at or row.opened_at,
            text_en=row.text_en,
            text_zh=row.text_zh,
            last_at=row.last,
            still_there=row.there or 0,
        )
        for row in db.execute(query.order_by(incident.c.id))
    )


def was_in_one(db: Connection, *, episode_id: int) -> bool:
    """Whether the fault waited for a storm that is over: it is looked at by itself now."""
    query = (
        select(incident.c.id)
        .join(incident_member, incident_member.c.incident_id == incident.c.id)
        .where(
            incident_member.c.episode_id == episode_id,
            incident.c.level == Level.STORM.value,
            incident.c.closed_at.is_not(None),
        )
    )
    return db.execute(query.limit(1)).first() is not None


def hit_by(
    db: Connection, *, code: str, around: datetime, window: timedelta
) -> dict[str, tuple[str, datetime]]:
    """Owner and first onset by site, where this fault is open since about then; those that have
    been in a storm do not count for another."""
    storm_member = (
        select(incident_member.c.id)
        .join(incident, incident.c.id == incident_member.c.incident_id)
        .where(
            incident_member.c.episode_id == episode.c.id,
            incident.c.level == Level.STORM.value,
            incident.c.closed_at.is_not(None),
        )
    )
    rows = db.execute(
        select(
            position.c.site_id,
            site.c.organisation_id,
            func.min(episode.c.onset_at, type_=episode.c.onset_at.type).label("onset_at"),
        )
        .join(position, position.c.id == episode.c.position_id)
        .join(site, site.c.id == position.c.site_id)
        .where(
            episode.c.code == code,
            episode.c.cleared_at.is_(None),
            episode.c.onset_at.between(around - window, around + window),
            ~exists(storm_member),
        )
        .group_by(position.c.site_id, site.c.organisation_id)
    )
    return {row.site_id: (row.organisation_id, row.onset_at) for row in rows}


def silent_sites(db: Connection) -> dict[str, tuple[str, datetime]]:
    """Owner and last word of each site with a silent agent; an agent whose very silence was in a
    storm that is over does not count for another."""
    was_in_one = (
        select(incident_member.c.id)
        .join(incident, incident.c.id == incident_member.c.incident_id)
        .join(position, position.c.id == incident_member.c.position_id)
        .where(
            position.c.agent_id == agent.c.id,
            incident.c.level == Level.STORM.value,
            incident.c.root == root_of(SILENT),
            incident.c.closed_at.is_not(None),
            incident_member.c.lost_at >= agent.c.last_seen_at,
        )
    )
    rows = db.execute(
        select(
            agent.c.site_id,
            agent.c.organisation_id,
            func.max(agent.c.last_seen_at, type_=agent.c.last_seen_at.type).label("at"),
        )
        .where(
            agent.c.silent_since.is_not(None),
            agent.c.last_seen_at.is_not(None),
            ~exists(was_in_one),
        )
        .group_by(agent.c.site_id, agent.c.organisation_id)
    )
    return {row.site_id: (row.organisation_id, row.at) for row in rows}


def count_sites(db: Connection) -> int:
    """How many sites have an agent that ever spoke."""
    query = select(func.count(func.distinct(agent.c.site_id))).where(
        agent.c.last_seen_at.is_not(None)
    )
    return int(db.execute(query).scalar_one())


def parents(db: Connection) -> dict[str, str | None]:
    """The organisation above each."""
    return {row.id: row.parent_id for row in db.execute(select(organisation))}


def away(db: Connection, *, incident_id: int) -> dict[int, str]:
    """Site by position of the members that are not back."""
    rows = db.execute(
        select(position.c.id, position.c.site_id)
        .join(incident_member, incident_member.c.position_id == position.c.id)
        .where(
            incident_member.c.incident_id == incident_id,
            incident_member.c.back_at.is_(None),
        )
    )
    return {row.id: row.site_id for row in rows}


def join(db: Connection, storm: Storm, *, position_id: int, episode_id: int, now: datetime) -> None:
    """The decision of this fault waits for the storm; of a position the latest fault counts."""
    known = db.execute(
        select(incident_member.c.id).where(
            incident_member.c.incident_id == storm.id,
            incident_member.c.position_id == position_id,
        )
    ).scalar_one_or_none()
    if known is None:
        db.execute(
            incident_member.insert().values(
                incident_id=storm.id,
                organisation_id=storm.organisation_id,
                position_id=position_id,
                episode_id=episode_id,
                lost_at=now,
            )
        )
    else:
        db.execute(
            update(incident_member)
            .where(incident_member.c.id == known)
            .values(episode_id=episode_id)
        )


def note_speaking(db: Connection, *, incident_id: int, now: datetime) -> None:
    """Positions of the storm whose agent speaks again are back."""
    speaking = (
        select(position.c.id)
        .join(agent, agent.c.id == position.c.agent_id)
        .where(agent.c.silent_since.is_(None))
    )
    db.execute(
        update(incident_member)
        .where(
            incident_member.c.incident_id == incident_id,
            incident_member.c.back_at.is_(None),
            incident_member.c.position_id.in_(speaking),
        )
        .values(back_at=now)
    )


def release(db: Connection, scope: Scope, *, incident_id: int, now: datetime) -> str | None:
    """End a storm by hand; its kind, or None when there is none open in the slice."""
    row = db.execute(
        update(incident)
        .where(
            scope.covers(incident.c.organisation_id),
            incident.c.id == incident_id,
            incident.c.level == Level.STORM.value,
            incident.c.closed_at.is_(None),
        )
        .values(closed_at=now)
        .returning(incident.c.root)
    ).one_or_none()
    return None if row is None else str(row.root).partition(":")[2]
