"""Reads what a due decision is made from: episode, position, agent, site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.store.tables import agent, decision, episode, position


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An episode that is due, with everything stored around it."""

    decision_id: int
    organisation_id: str
    episode_id: int
    code: str
    onset_at: datetime
    cleared_at: datetime | None
    summary_en: str
    summary_zh: str
    label_serial: str
    firmware: str
    recorder_firmware: str
    position_id: int
    site_id: str
    model: str
    serial_source: str
    silent_since: datetime | None
    promised_within_s: float | None


def read(db: Connection, *, decision_id: int) -> Case:
    """The case of a decision; NoResultFound when there is no such decision."""
    row = db.execute(
        select(
            decision.c.id.label("decision_id"),
            decision.c.organisation_id,
            decision.c.episode_id,
            episode.c.code,
            episode.c.onset_at,
            episode.c.cleared_at,
            episode.c.summary_en,
            episode.c.summary_zh,
            episode.c.label_serial,
            episode.c.serial_source,
            episode.c.firmware,
            episode.c.recorder_firmware,
            position.c.label_serial.label("position_serial"),
            position.c.id.label("position_id"),
            position.c.site_id,
            position.c.model,
            position.c.serial_source.label("position_source"),
            agent.c.silent_since,
            agent.c.promised_within_s,
        )
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(position, position.c.id == episode.c.position_id)
        .join(agent, agent.c.id == episode.c.agent_id)
        .where(decision.c.id == decision_id)
    ).one()
    facts = dict(row._mapping)
    serial, source = facts.pop("position_serial"), facts.pop("position_source")
    if not facts["label_serial"]:
        # Not known when the event came; the registry may have been imported since.
        facts["label_serial"], facts["serial_source"] = serial, source
    return Case(**facts)


def devices_at(db: Connection, *, site_id: str) -> int:
    """How many positions the site has."""
    return int(
        db.execute(
            select(func.count()).select_from(position).where(position.c.site_id == site_id)
        ).scalar_one()
    )


def unreachable_at(db: Connection, *, site_id: str) -> int:
    """How many positions of the site have an open device.unreachable."""
    return int(
        db.execute(
            select(func.count(func.distinct(episode.c.position_id)))
            .join(position, position.c.id == episode.c.position_id)
            .where(
                position.c.site_id == site_id,
                episode.c.code == "device.unreachable",
                episode.c.cleared_at.is_(None),
            )
        ).scalar_one()
    )
