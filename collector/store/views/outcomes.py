"""Incidents and decisions: what came of faults besides pre-claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.store.scope import Scope
from collector.store.tables import (
    decision,
    episode,
    incident,
    incident_member,
    passive_verdict,
    position,
    ruling,
    site,
)
from collector.store.trust import newest_ids
from collector.store.views.words import Words, fault_name


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """A cause that took a whole site or agent away."""

    id: int
    site_id: str
    site_name: str
    cause: str
    text: Words
    opened_at: datetime
    closed_at: datetime | None
    members: int
    level: str = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What was decided about an episode, and why."""

    id: int
    episode_id: int
    position_id: int
    device_id: str
    device_name: str
    agent_id: str
    site_name: str
    label_serial: str
    code: str
    name: Words
    outcome: str
    state: str
    reason: Words
    due_at: datetime
    decided_at: datetime | None
    is_passive: bool = False  # engineers can rule on it
    ruling: str = ""  # what holds; '' while nobody has ruled


def list_incidents(
    db: Connection, scope: Scope, *, before: int = 0, limit: int = 200, open_only: bool = False
) -> tuple[IncidentRow, ...]:
    """Incidents of the slice, newest first; one that a higher cause explains is that one."""
    members = (
        select(func.count())
        .where(incident_member.c.incident_id == incident.c.id)
        .scalar_subquery()
        .label("members")
    )
    query = (
        select(incident, site.c.name.label("site_name"), members)
        .join(site, site.c.id == incident.c.site_id)
        .where(scope.covers(incident.c.organisation_id), incident.c.merged_into.is_(None))
    )
    if before:
        query = query.where(incident.c.id < before)
    if open_only:
        query = query.where(incident.c.closed_at.is_(None))
    rows = db.execute(query.order_by(incident.c.id.desc()).limit(limit))
    return tuple(
        IncidentRow(
            id=row.id,
            site_id=row.site_id,
            site_name=row.site_name,
            cause=row.cause,
            text=Words(en=row.text_en, zh=row.text_zh),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            members=row.members,
            level=row.level,
        )
        for row in rows
    )


def list_decisions(
    db: Connection, scope: Scope, *, outcome: str = "", before: int = 0, limit: int = 200
) -> tuple[DecisionRow, ...]:
    """Decisions of the slice, newest first; with an outcome only those."""
    holds = select(ruling).where(ruling.c.id.in_(newest_ids())).subquery()
    query = (
        select(
            decision,
            episode.c.code,
            episode.c.label_serial,
            episode.c.agent_id,
            episode.c.position_id,
            position.c.device_id,
            position.c.name.label("device_name"),
            site.c.name.label("site_name"),
            passive_verdict.c.decision_id.label("verdict_id"),
            holds.c.ruling,
        )
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(position, position.c.id == episode.c.position_id)
        .join(site, site.c.id == position.c.site_id)
        .outerjoin(passive_verdict, passive_verdict.c.decision_id == decision.c.id)
        .outerjoin(holds, holds.c.decision_id == decision.c.id)
        .where(scope.covers(decision.c.organisation_id))
    )
    if outcome:
        query = query.where(decision.c.outcome == outcome)
    if before:
        query = query.where(decision.c.id < before)
    rows = db.execute(query.order_by(decision.c.id.desc()).limit(limit))
    return tuple(
        DecisionRow(
            id=row.id,
            episode_id=row.episode_id,
            position_id=row.position_id,
            device_id=row.device_id,
            device_name=row.device_name or row.device_id,
            agent_id=row.agent_id,
            site_name=row.site_name,
            label_serial=row.label_serial,
            code=row.code,
            name=fault_name(row.code),
            outcome=row.outcome or "",
            state=row.state,
            reason=Words(en=row.reason_en, zh=row.reason_zh),
            due_at=row.due_at,
            decided_at=row.decided_at,
            is_passive=row.verdict_id is not None,
            ruling=row.ruling or "",
        )
        for row in rows
    )
