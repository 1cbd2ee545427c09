"""One incident for its page: what hangs on what at the site, and who was away from when to when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, select

from collector.claims.outage import Level
from collector.store import sites_lost
from collector.store.incidents import losses_of
from collector.store.scope import Scope
from collector.store.tables import agent, episode, incident, incident_member, position, site
from collector.store.views.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A device that went with the incident; ``back_at`` None: it is still away, or nobody saw."""

    position_id: int
    device_name: str
    site_name: str
    lost_at: datetime | None
    back_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node of the site's tree, in the order of drawing."""

    depth: int
    level: str
    name: str
    devices: int
    away: int
    is_root: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFile:
    """All that the page shows."""

    id: int
    site_id: str
    site_name: str
    zone: str
    cause: str
    level: str
    text: Words
    began_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    merged_into: int | None
    losses: tuple[datetime, ...]
    members: tuple[Member, ...]
    tree: tuple[Branch, ...]


def find_incident(
    db: Connection,
    scope: Scope,
    incident_id: int,
    *,
    allowed: Callable[[float | None], timedelta],
) -> IncidentFile | None:
    """The incident; None when there is none in the slice.

    ``allowed`` is how long the word of an agent may be late, by its promise: a device that was not
    named for longer than that is taken for removed.
    """
    row = db.execute(
        select(incident, site.c.name.label("site_name"), site.c.zone)
        .join(site, site.c.id == incident.c.site_id)
        .where(scope.covers(incident.c.organisation_id), incident.c.id == incident_id)
    ).one_or_none()
    if row is None:
        return None
    members = _members(db, incident_id)
    is_storm = row.level == Level.STORM.value
    return IncidentFile(
        id=row.id,
        site_id=row.site_id,
        site_name="" if is_storm else row.site_name,
        zone=row.zone,
        cause=row.cause,
        level=row.level,
        text=Words(en=row.text_en, zh=row.text_zh),
        began_at=row.began_at or row.opened_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        merged_into=row.merged_into,
        losses=tuple(losses_of(row.losses_json)),
        members=members,
        tree=() if is_storm else _tree(db, row.site_id, row.root, members, allowed=allowed),
    )


def _members(db: Connection, incident_id: int) -> tuple[Member, ...]:
    rows = db.execute(
        select(
            incident_member,
            position.c.device_id,
            position.c.name,
            site.c.name.label("site_name"),
            func.coalesce(
                incident_member.c.back_at,
                episode.c.cleared_at,
                type_=incident_member.c.back_at.type,
            ).label("back"),
        )
        .join(position, position.c.id == incident_member.c.position_id)
        .join(site, site.c.id == position.c.site_id)
        .outerjoin(episode, episode.c.id == incident_member.c.episode_id)
        .where(incident_member.c.incident_id == incident_id)
        .order_by(incident_member.c.lost_at, position.c.name)
    )
    return tuple(
        Member(
            position_id=row.position_id,
            device_name=row.name or row.device_id,
            site_name=row.site_name,
            lost_at=row.lost_at,
            back_at=row.back,
        )
        for row in rows
    )


def _tree(
    db: Connection,
    site_id: str,
    root: str,
    members: Iterable[Member],
    *,
    allowed: Callable[[float | None], timedelta],
) -> tuple[Branch, ...]:
    """Every node of the site with how many devices hang on it and how many went.

    A device that was taken out of its agent's configuration hangs on nothing any more; one that
    went with the incident is shown all the same.
    """
    gone = {one.position_id for one in members}
    here = db.execute(select(position).where(position.c.site_id == site_id)).all()
    promised = {
        row.id: row.promised_within_s
        for row in db.execute(
            select(agent.c.id, agent.c.promised_within_s).where(agent.c.site_id == site_id)
        )
    }
    still = sites_lost.still_named(here, late=lambda agent_id: allowed(promised.get(agent_id)))
    named = {row._mapping["id"] for row in still}
    rows = [row for row in here if row.id in named | gone]
    agents = {row.agent_id for row in rows}
    counts: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for row in rows:
        path = _path(row, several=len(agents) > 1)
        for end in range(1, len(path) + 1):
            count = counts.setdefault(path[:end], [0, 0])
            count[0] += 1
            count[1] += row.id in gone
    return tuple(
        Branch(
            depth=len(path) - 1,
            level=path[-1][0],
            name=path[-1][1].rpartition("/")[2],
            devices=count[0],
            away=count[1],
            is_root=root == ":".join(filter(None, path[-1])),
        )
        for path, count in sorted(counts.items())
    )


def _path(row: Row[tuple[object, ...]], *, several: bool) -> tuple[tuple[str, str], ...]:
    """From the site down to the last thing that the device hangs on; names as a node is kept."""
    known = row._mapping
    agent = known["agent_id"]
    below = (
        (Level.POWER, known["power_from"]),
        (Level.UPLINK, agent if several else ""),
        (Level.PLACE, known["place"] and f"{agent}/{known['place']}"),
        (Level.GATEWAY, known["gateway"] and f"{agent}/{known['gateway']}"),
        (Level.RECORDER, known["recorder"] and f"{agent}/{known['recorder']}"),
    )
    return ((Level.SITE.value, ""), *((level.value, name) for level, name in below if name))
