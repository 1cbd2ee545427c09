"""All that is known of one device: readings, episodes, its unit, its pre-claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from collector.store import history
from collector.store.scope import Scope
from collector.store.tables import (
    agent,
    claim_case,
    claim_line,
    decision,
    episode,
    passive_verdict,
    position,
    reading_latest,
    unit,
)
from collector.store.views.words import Words, fault_name
from collector.telemetry.samples import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestReading:
    """The last word on one aspect of a device; the value only counts when the quality is good."""

    name: str
    value: object
    unit: str
    quality: str
    taken_at: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRow:
    """One episode of a device and what was decided about it."""

    id: int
    code: str
    name: Words
    state: str
    onset_at: datetime
    cleared_at: datetime | None
    summary: Words
    observations: int
    decision_state: str
    outcome: str
    reason: Words
    due_at: datetime | None
    line_id: int | None
    verdict_id: int | None = None  # set when engineers can rule on it


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCard:
    """What the registry says of the label serial."""

    serial: str
    model: str
    product: str
    batch: str
    buyer: str
    delivered_on: date | None
    delivery_proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLink:
    """The latest pre-claim of a device."""

    id: int
    number: str
    state: str
    warranty_verdict: str
    warranty_until: date | None
    warranty_reason: Words


def list_readings(db: Connection, scope: Scope, device: int) -> tuple[LatestReading, ...]:
    """The latest readings of a device, by name: as merged, or from what came since."""
    rows = db.execute(
        select(reading_latest)
        .where(
            scope.covers(reading_latest.c.organisation_id), reading_latest.c.position_id == device
        )
        .order_by(reading_latest.c.name)
    )
    found = {
        row.name: LatestReading(
            name=row.name,
            value=msgspec.json.decode(row.value_json),
            unit=row.unit,
            quality=row.quality,
            taken_at=row.taken_at,
            detail=row.detail,
        )
        for row in rows
    }
    place = db.execute(
        select(position.c.agent_id, position.c.device_id).where(
            scope.covers(position.c.organisation_id), position.c.id == device
        )
    ).one_or_none()
    if place is not None:
        for taken_at, sample in history.pending_newest(
            db, agent_id=place.agent_id, device_id=place.device_id
        ):
            known = found.get(sample.kind.name)
            if known is None or known.taken_at <= taken_at:
                found[sample.kind.name] = _read_sample(sample, taken_at)
    return tuple(found[name] for name in sorted(found))


def _read_sample(sample: Sample, taken_at: datetime) -> LatestReading:
    kind = sample.kind
    return LatestReading(
        name=kind.name,
        value=sample.value,
        unit=kind.unit,
        quality=kind.quality.value,
        taken_at=taken_at,
        detail=kind.detail or kind.cause or kind.raw,
    )


def list_episodes(
    db: Connection, scope: Scope, device: int, *, limit: int = 50
) -> tuple[EpisodeRow, ...]:
    """The episodes of a device, newest first."""
    rows = db.execute(
        select(
            episode,
            decision.c.state.label("decision_state"),
            decision.c.outcome,
            decision.c.reason_en,
            decision.c.reason_zh,
            decision.c.due_at,
            decision.c.line_id,
            passive_verdict.c.decision_id.label("verdict_id"),
        )
        .outerjoin(decision, decision.c.episode_id == episode.c.id)
        .outerjoin(passive_verdict, passive_verdict.c.decision_id == decision.c.id)
        .where(scope.covers(episode.c.organisation_id), episode.c.position_id == device)
        .order_by(episode.c.id.desc())
        .limit(limit)
    )
    return tuple(read_episode(row) for row in rows)


def read_episode(row: Row[Any]) -> EpisodeRow:
    """An episode joined with its decision, as a fact."""
    return EpisodeRow(
        id=row.id,
        code=row.code,
        name=fault_name(row.code),
        state=row.state,
        onset_at=row.onset_at,
        cleared_at=row.cleared_at,
        summary=Words(en=row.summary_en, zh=row.summary_zh),
        observations=row.observations,
        decision_state=row.decision_state or "",
        outcome=row.outcome or "",
        reason=Words(en=row.reason_en or "", zh=row.reason_zh or ""),
        due_at=row.due_at,
        line_id=row.line_id,
        verdict_id=row.verdict_id,
    )


def find_unit(db: Connection, serial: str) -> UnitCard | None:
    """The registry's row of a serial that the caller already sees at one of its positions."""
    row = db.execute(select(unit).where(unit.c.serial == serial)).first() if serial else None
    if row is None:
        return None
    return UnitCard(
        serial=row.serial,
        model=row.model,
        product=row.product,
        batch=row.batch,
        buyer=row.buyer,
        delivered_on=row.delivered_on,
        delivery_proof=row.delivery_proof,
    )


def find_latest_line(db: Connection, scope: Scope, device: int) -> LineLink | None:
    """The latest pre-claim of the device, open ones first."""
    row = db.execute(
        select(claim_line, claim_case.c.number)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(scope.covers(claim_line.c.organisation_id), claim_line.c.position_id == device)
        .order_by(claim_line.c.closed_at.is_(None).desc(), claim_line.c.id.desc())
    ).first()
    if row is None:
        return None
    return LineLink(
        id=row.id,
        number=row.number,
        state=row.state,
        warranty_verdict=row.warranty_verdict,
        warranty_until=row.warranty_until,
        warranty_reason=Words(en=row.warranty_reason_en, zh=row.warranty_reason_zh),
    )


def find_silence(db: Connection, scope: Scope, agent_id: str) -> datetime | None:
    """Since when the agent has been silent; None while it speaks."""
    return db.execute(
        select(agent.c.silent_since).where(
            scope.covers(agent.c.organisation_id), agent.c.id == agent_id
        )
    ).scalar_one_or_none()
