"""Reads what a silent device and those on the same supply and link say of each other."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Row, func, or_, select

from collector.claims.dead_device import UNREACHABLE, DeadFacts
from collector.store.meta import CLOCK_JUMPED
from collector.store.tables import (
    agent,
    audit,
    episode,
    incident,
    incident_member,
    position,
    reading_latest,
)
from shared.health import Standing
from shared.reading import Quality

_HEARD_WITHIN: Final = timedelta(hours=26)  # a battery camera may be visited once a day
_SAME: Final = ("agent_id", "site_id", "power_from", "place", "gateway", "recorder")


def read(db: Connection, *, position_id: int, onset_at: datetime, now: datetime) -> DeadFacts:
    """The facts; ``quiet_since`` is the last moment at which anything of it had an outage."""
    own = db.execute(select(position).where(position.c.id == position_id)).one()
    siblings = _heard(db, own, now=now)
    last_good_at = own.last_good_at
    return DeadFacts(
        worked_once=last_good_at is not None,
        contact=own.contact,
        feed=own.feed,
        charge=_charge(db, position_id),
        has_energy_fault=_has_energy_fault(db, position_id),
        siblings=len(siblings),
        quiet_since=_quiet_since(db, own, siblings, onset_at=onset_at) if siblings else None,
        is_named=own.told_at is not None and own.told_at >= now - _HEARD_WITHIN,
    )


def _heard(db: Connection, own: Row[tuple[object, ...]], *, now: datetime) -> list[int]:
    """Devices that hang on the very same things and were heard lately; not agent or gateway."""
    known = own._mapping
    dark = (
        select(episode.c.position_id)
        .where(episode.c.code == UNREACHABLE, episode.c.cleared_at.is_(None))
        .scalar_subquery()
    )
    rows = db.execute(
        select(position.c.id)
        .join(agent, agent.c.id == position.c.agent_id)
        .where(
            *(position.c[name] == known[name] for name in _SAME),
            position.c.id != known["id"],
            position.c.device_id.not_in([known["agent_id"], known["gateway"]]),
            position.c.standing.in_([Standing.OK.value, Standing.FAULT.value]),
            position.c.last_good_at >= now - _HEARD_WITHIN,
            agent.c.silent_since.is_(None),
            position.c.id.not_in(dark),
        )
    )
    return list(rows.scalars())


def _quiet_since(
    db: Connection, own: Row[tuple[object, ...]], siblings: list[int], *, onset_at: datetime
) -> datetime:
    """The end of the last outage of a sibling or of the site since it fell silent.

    When the collector's clock was set nobody knows how long it has been silent: it begins anew.
    """
    known = own._mapping
    ended = db.execute(
        select(func.max(episode.c.cleared_at, type_=episode.c.cleared_at.type)).where(
            episode.c.position_id.in_(siblings),
            episode.c.code == UNREACHABLE,
        )
    ).scalar_one()
    closed = db.execute(
        select(func.max(incident.c.closed_at, type_=incident.c.closed_at.type))
        .outerjoin(incident_member, incident_member.c.incident_id == incident.c.id)
        .where(
            or_(
                incident.c.site_id == known["site_id"],
                incident_member.c.position_id == known["id"],
            )
        )
    ).scalar_one()
    jumped = db.execute(
        select(func.max(audit.c.at, type_=audit.c.at.type)).where(audit.c.action == CLOCK_JUMPED)
    ).scalar_one()
    return max(moment for moment in (onset_at, ended, closed, jumped) if moment is not None)


def _charge(db: Connection, position_id: int) -> float | None:
    told = db.execute(
        select(reading_latest.c.value_json).where(
            reading_latest.c.position_id == position_id,
            reading_latest.c.name == "battery.charge",
            reading_latest.c.quality == Quality.GOOD.value,
        )
    ).scalar_one_or_none()
    value = None if told is None else json.loads(told)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _has_energy_fault(db: Connection, position_id: int) -> bool:
    query = select(episode.c.id).where(
        episode.c.position_id == position_id,
        episode.c.cleared_at.is_(None),
        or_(episode.c.code.like("battery.%"), episode.c.code.like("solar.%")),
    )
    return db.execute(query.limit(1)).first() is not None
