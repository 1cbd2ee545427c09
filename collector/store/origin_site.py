"""What happened around a fault at its site and on its mobile cell."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from collector.claims.lifecycle import LineState
from collector.claims.origin.facts import Cell, Site
from collector.claims.origin.family import AIM, STRUCK
from collector.claims.outage import Level
from collector.store.incidents import losses_of
from collector.store.origin_subject import Subject
from collector.store.tables import (
    claim_line,
    episode,
    finding,
    incident,
    position,
    reading_latest,
    unit,
)
from shared.reading import Quality

NEAR = timedelta(days=30)
DEAD_FOR = timedelta(hours=24)  # what comes back sooner was an outage
DAY = timedelta(hours=24)
_SUPPLY = (Level.SITE, Level.POWER, Level.UPLINK)
DIED_BEFORE = timedelta(days=14)  # 'dead' is told days after the silence began


def around(
    db: Connection,
    subject: Subject,
    *,
    family: frozenset[str],
    within: timedelta,
    first_days: timedelta,
    now: datetime,
) -> Site:
    """The site as it was around the onset, this device left out."""
    devices = int(
        db.execute(select(func.count()).where(position.c.site_id == subject.site_id)).scalar_one()
    )
    return Site(
        devices=devices,
        died_together=_died(db, subject, within=within, now=now),
        same_family=_same_family(db, subject, family),
        outages=_outages(db, subject),
        neighbours=devices - 1,
        askew=_askew(db, subject, within=first_days),
    )


def _died(db: Connection, subject: Subject, *, within: timedelta, now: datetime) -> int:
    """Other devices that fell silent or died within minutes of this one and stayed so."""
    at = _struck_at(db, subject)
    rows = db.execute(
        select(episode.c.position_id, episode.c.onset_at, episode.c.cleared_at)
        .join(position, position.c.id == episode.c.position_id)
        .where(
            position.c.site_id == subject.site_id,
            episode.c.position_id != subject.position_id,
            episode.c.code.in_(sorted(STRUCK)),
            episode.c.onset_at.between(at - within, at + within),
        )
    )
    return len(
        {row.position_id for row in rows if (row.cleared_at or now) - row.onset_at >= DEAD_FOR}
    )


def _struck_at(db: Connection, subject: Subject) -> datetime:
    """When this device fell silent: the first of what still stood when the fault began."""
    first = db.execute(
        select(func.min(episode.c.onset_at, type_=episode.c.onset_at.type)).where(
            episode.c.position_id == subject.position_id,
            episode.c.code.in_(sorted(STRUCK)),
            episode.c.onset_at.between(subject.onset_at - DIED_BEFORE, subject.onset_at),
            or_(episode.c.cleared_at.is_(None), episode.c.cleared_at > subject.onset_at),
        )
    ).scalar_one_or_none()
    return first or subject.onset_at


def _same_family(db: Connection, subject: Subject, family: frozenset[str]) -> int:
    """Devices of another lot or model here, with a pre-claim of the family near in time."""
    own = db.execute(
        select(unit.c.batch, unit.c.model).where(unit.c.serial == subject.label_serial)
    ).one_or_none()
    rows = db.execute(
        select(claim_line.c.position_id, claim_line.c.model, claim_line.c.batch)
        .join(finding, finding.c.line_id == claim_line.c.id)
        .join(episode, episode.c.id == finding.c.episode_id)
        .where(
            claim_line.c.site_id == subject.site_id,
            claim_line.c.position_id != subject.position_id,
            claim_line.c.state.not_in(
                (LineState.AUTO_CLEARED.value, LineState.WITHDRAWN.value, LineState.MERGED.value)
            ),
            finding.c.code.in_(sorted(family)),
            episode.c.onset_at.between(subject.onset_at - NEAR, subject.onset_at + NEAR),
        )
        .distinct()
    )
    lot, model = (own.batch, own.model) if own else ("", subject.model)
    return len(
        {
            row.position_id
            for row in rows
            if row.model != model or (row.batch and lot and row.batch != lot)
        }
    )


def _askew(db: Connection, subject: Subject, *, within: timedelta) -> int:
    """Other devices here whose aim was wrong within so long of their own first contact."""
    if subject.code not in AIM:
        return 0
    rows = db.execute(
        select(episode.c.position_id, episode.c.onset_at, position.c.serial_since)
        .join(position, position.c.id == episode.c.position_id)
        .where(
            position.c.site_id == subject.site_id,
            episode.c.position_id != subject.position_id,
            episode.c.code.in_(sorted(AIM)),
            episode.c.label_serial == position.c.label_serial,
            position.c.serial_since.is_not(None),
        )
    )
    return len(
        {
            row.position_id
            for row in rows
            if timedelta(0) <= row.onset_at - row.serial_since <= within
        }
    )


def _outages(db: Connection, subject: Subject) -> int:
    """How often power or uplink of the site was lost in the 30 days before."""
    begin = subject.onset_at - NEAR
    rows = db.execute(
        select(incident.c.opened_at, incident.c.losses_json).where(
            incident.c.site_id == subject.site_id,
            incident.c.level.in_([level.value for level in _SUPPLY]),
            incident.c.merged_into.is_(None),
            incident.c.opened_at <= subject.onset_at,
        )
    )
    lost = [losses_of(row.losses_json) or [row.opened_at] for row in rows]
    return sum(begin <= at <= subject.onset_at for one in lost for at in one)


def cell_of(db: Connection, subject: Subject) -> Cell | None:
    """The organisation's other devices on the same cell; None when none is known there."""
    own = _told(db, subject.position_id)
    operator, cell = own.get("cellular.operator"), own.get("cellular.cell")
    if not cell:
        return None
    mates = [
        position_id
        for position_id in _on_cell(db, subject, cell)
        if _told(db, position_id).get("cellular.operator") == operator
    ]
    if not mates:
        return None
    down = db.execute(
        select(func.count(func.distinct(episode.c.position_id))).where(
            episode.c.position_id.in_(mates),
            or_(
                episode.c.code.startswith("cellular.", autoescape=True),
                episode.c.code == "device.unreachable",  # a cell that is down tells nothing else
            ),
            episode.c.onset_at.between(subject.onset_at - DAY, subject.onset_at + DAY),
        )
    ).scalar_one()
    return Cell(
        name=" ".join(filter(None, (operator or "", f"cell {cell}"))),
        down=int(down),
        others=len(mates),
    )


def _on_cell(db: Connection, subject: Subject, cell: str) -> tuple[int, ...]:
    rows = db.execute(
        select(position.c.id)
        .join(
            reading_latest,
            (reading_latest.c.position_id == position.c.id)
            & (reading_latest.c.name == "cellular.cell"),
        )
        .where(
            position.c.organisation_id == subject.organisation_id,
            position.c.id != subject.position_id,
            reading_latest.c.quality == Quality.GOOD.value,
            reading_latest.c.value_json == json.dumps(cell),
        )
        .order_by(position.c.id)
        .limit(200)
    )
    return tuple(rows.scalars())


def _told(db: Connection, position_id: int) -> dict[str, str]:
    """Operator and cell as the device told them last."""
    rows = db.execute(
        select(reading_latest.c.name, reading_latest.c.value_json).where(
            reading_latest.c.position_id == position_id,
            reading_latest.c.name.in_(("cellular.operator", "cellular.cell")),
            reading_latest.c.quality == Quality.GOOD.value,
        )
    )
    return {row.name: str(json.loads(row.value_json)) for row in rows}
