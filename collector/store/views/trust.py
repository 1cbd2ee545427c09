"""Trust for people: the table code by model, its changes, and one verdict with its rulings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, and_, case, exists, func, select
from sqlalchemy.sql.expression import ColumnElement

from collector.claims.trust import Pair
from collector.store.scope import Scope
from collector.store.tables import (
    decision,
    episode,
    passive_verdict,
    position,
    ruling,
    site,
    trust_change,
)
from collector.store.trust import BY_CLAIM
from collector.store.views.claim_file import read_because
from collector.store.views.words import Words, fault_name
from shared.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A pair that has verdicts in the slice."""

    pair: Pair
    name: Words
    verdicts: int  # in the slice
    waiting: int  # of them, those on which nobody has ruled
    next_id: int | None  # the oldest of those that wait
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """How a pair stood from a moment on, and why."""

    pair: Pair
    name: Words
    standing: str
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingRow:
    """What somebody said of a verdict."""

    ruling: str
    reason: str
    actor: str
    at: datetime
    by_claim: bool = False  # taken from what was decided of its claim


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFile:
    """One passive verdict: what it says of which device, from what, and what came of it."""

    id: int
    pair: Pair
    name: Words
    outcome: str
    reason: Words
    at: datetime
    line_id: int | None
    episode_id: int
    summary: Words
    observations: int
    onset_at: datetime
    cleared_at: datetime | None
    because: tuple[Reading, ...]
    position_id: int
    device_name: str
    site_name: str
    zone: str
    rulings: tuple[RulingRow, ...]  # the newest, which holds, comes first


def list_pairs(db: Connection, scope: Scope) -> tuple[PairRow, ...]:
    """The pairs with verdicts in the slice, those that wait for a ruling first."""
    waits = ~exists().where(ruling.c.decision_id == passive_verdict.c.decision_id)
    waiting = func.sum(case((waits, 1), else_=0)).cast(Integer)
    rows = db.execute(
        select(
            passive_verdict.c.code,
            passive_verdict.c.model,
            passive_verdict.c.proof,
            func.count().label("verdicts"),
            waiting.label("waiting"),
            func.min(case((waits, passive_verdict.c.decision_id))).label("next_id"),
            func.min(passive_verdict.c.at).label("first_at"),
        )
        .where(scope.covers(passive_verdict.c.organisation_id))
        .group_by(passive_verdict.c.code, passive_verdict.c.model, passive_verdict.c.proof)
        .order_by(
            waiting.desc(),
            passive_verdict.c.code,
            passive_verdict.c.model,
            passive_verdict.c.proof,
        )
    )
    return tuple(
        PairRow(
            pair=Pair(code=row.code, model=row.model, proof=row.proof),
            name=fault_name(row.code),
            verdicts=row.verdicts,
            waiting=row.waiting,
            next_id=row.next_id,
            first_at=row.first_at,
        )
        for row in rows
    )


def list_changes(
    db: Connection, scope: Scope, *, since: datetime | None = None, limit: int = 50
) -> tuple[ChangeRow, ...]:
    """Changes of pairs that have verdicts in the slice, newest first."""
    query = select(trust_change).where(_is_seen(scope))
    if since is not None:
        query = query.where(trust_change.c.at >= since)
    rows = db.execute(query.order_by(trust_change.c.id.desc()).limit(limit))
    return tuple(
        ChangeRow(
            pair=Pair(code=row.code, model=row.model, proof=row.proof),
            name=fault_name(row.code),
            standing=row.standing,
            reason=Words(en=row.reason_en, zh=row.reason_zh),
            at=row.at,
        )
        for row in rows
    )


def find_verdict(db: Connection, scope: Scope, number: int) -> VerdictFile | None:
    """The verdict of this number, when it lies within the slice."""
    row = db.execute(
        select(
            passive_verdict,
            decision.c.outcome,
            decision.c.reason_en,
            decision.c.reason_zh,
            decision.c.line_id,
            decision.c.episode_id,
            episode.c.summary_en,
            episode.c.summary_zh,
            episode.c.observations,
            episode.c.onset_at,
            episode.c.cleared_at,
            episode.c.because_json,
            position.c.device_id,
            position.c.name.label("device_name"),
            site.c.name.label("site_name"),
            site.c.zone,
        )
        .join(decision, decision.c.id == passive_verdict.c.decision_id)
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(position, position.c.id == passive_verdict.c.position_id)
        .join(site, site.c.id == passive_verdict.c.site_id)
        .where(
            scope.covers(passive_verdict.c.organisation_id),
            passive_verdict.c.decision_id == number,
        )
    ).one_or_none()
    if row is None:
        return None
    return VerdictFile(
        id=row.decision_id,
        pair=Pair(code=row.code, model=row.model, proof=row.proof),
        name=fault_name(row.code),
        outcome=row.outcome or "",
        reason=Words(en=row.reason_en, zh=row.reason_zh),
        at=row.at,
        line_id=row.line_id,
        episode_id=row.episode_id,
        summary=Words(en=row.summary_en, zh=row.summary_zh),
        observations=row.observations,
        onset_at=row.onset_at,
        cleared_at=row.cleared_at,
        because=read_because(row.because_json),
        position_id=row.position_id,
        device_name=row.device_name or row.device_id,
        site_name=row.site_name,
        zone=row.zone,
        rulings=_rulings(db, scope, number),
    )


def next_waiting(db: Connection, scope: Scope, pair: Pair) -> int | None:
    """The oldest verdict of the pair in the slice on which nobody has ruled."""
    found = db.execute(
        select(func.min(passive_verdict.c.decision_id)).where(
            scope.covers(passive_verdict.c.organisation_id),
            passive_verdict.c.code == pair.code,
            passive_verdict.c.model == pair.model,
            passive_verdict.c.proof == pair.proof,
            ~exists().where(ruling.c.decision_id == passive_verdict.c.decision_id),
        )
    ).scalar_one_or_none()
    return None if found is None else int(found)


def _rulings(db: Connection, scope: Scope, number: int) -> tuple[RulingRow, ...]:
    rows = db.execute(
        select(ruling)
        .where(scope.covers(ruling.c.organisation_id), ruling.c.decision_id == number)
        .order_by(ruling.c.id.desc())
    )
    return tuple(
        RulingRow(
            ruling=row.ruling,
            reason=row.reason,
            actor=row.actor,
            at=row.at,
            by_claim=row.via == BY_CLAIM,
        )
        for row in rows
    )


def _is_seen(scope: Scope) -> ColumnElement[bool]:
    return exists().where(
        and_(
            passive_verdict.c.code == trust_change.c.code,
            passive_verdict.c.model == trust_change.c.model,
            passive_verdict.c.proof == trust_change.c.proof,
            scope.covers(passive_verdict.c.organisation_id),
        )
    )
