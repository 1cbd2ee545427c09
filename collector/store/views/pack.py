"""What a claim pack needs beside the page of its claim: signed bytes, siblings, batch peers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from collector.store.scope import Scope
from collector.store.tables import (
    agent,
    claim_case,
    claim_line,
    episode,
    finding,
    manifest,
    position,
)

_MOST_PEERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRow:
    """A manifest as it came; ``key`` is the PEM that is pinned for its agent now."""

    id: int
    agent_id: str
    body: bytes
    signature: bytes
    key_id: str
    key: bytes | None
    verdict: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingRow:
    """Another camera of the site; ``codes`` are its faults that stood at the onset or later."""

    name: str
    model: str
    last_good_at: datetime | None
    codes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRow:
    """Another claim of the batch."""

    number: str
    serial: str
    codes: tuple[str, ...]
    state: str
    opened_at: datetime


def list_signed(db: Connection, scope: Scope, line: int) -> tuple[SignedRow, ...]:
    """The manifests of the line's episodes with their exact bytes, oldest first."""
    episodes = select(finding.c.episode_id).where(
        finding.c.line_id == line, finding.c.episode_id.is_not(None)
    )
    rows = db.execute(
        select(manifest, agent.c.evidence_key)
        .join(agent, agent.c.id == manifest.c.agent_id)
        .where(scope.covers(manifest.c.organisation_id), manifest.c.episode_id.in_(episodes))
        .order_by(manifest.c.id)
    )
    return tuple(
        SignedRow(
            id=row.id,
            agent_id=row.agent_id,
            body=bytes(row.body),
            signature=bytes(row.signature),
            key_id=row.key_id,
            key=None if row.evidence_key is None else bytes(row.evidence_key),
            verdict=row.verdict,
            received_at=row.received_at,
        )
        for row in rows
    )


def list_siblings(
    db: Connection, scope: Scope, position_id: int | None, *, onset_at: datetime
) -> tuple[SiblingRow, ...]:
    """The other cameras of the site, by name; neither its agents nor its gateways."""
    if position_id is None:
        return ()
    own = db.execute(select(position).where(position.c.id == position_id)).one_or_none()
    if own is None:
        return ()
    rows = db.execute(
        select(position, episode.c.code)
        .outerjoin(
            episode,
            and_(
                episode.c.position_id == position.c.id,
                or_(episode.c.cleared_at.is_(None), episode.c.cleared_at >= onset_at),
            ),
        )
        .where(
            scope.covers(position.c.organisation_id),
            position.c.site_id == own.site_id,
            position.c.id != position_id,
            position.c.device_id != position.c.agent_id,
            position.c.device_id != position.c.gateway,
        )
        .order_by(position.c.name, position.c.id)
    )
    found: dict[int, SiblingRow] = {}
    for row in rows:
        known = found.get(row.id)
        codes = {*(known.codes if known else ()), *((row.code,) if row.code else ())}
        found[row.id] = SiblingRow(
            name=row.name or row.device_id,
            model=row.model,
            last_good_at=row.last_good_at,
            codes=frozenset(codes),
        )
    return tuple(found.values())


def list_peers(
    db: Connection, scope: Scope, line: int, *, model: str, batch: str
) -> tuple[PeerRow, ...]:
    """Other claims of the batch within the slice, oldest first; none without a batch."""
    if not batch:
        return ()
    rows = db.execute(
        select(
            claim_line.c.id,
            claim_line.c.label_serial,
            claim_line.c.state,
            claim_line.c.opened_at,
            claim_case.c.number,
            finding.c.code,
        )
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(finding, finding.c.line_id == claim_line.c.id)
        .where(
            scope.covers(claim_line.c.organisation_id),
            claim_line.c.batch == batch,
            claim_line.c.model == model,
            claim_line.c.id != line,
        )
        .order_by(claim_line.c.id, finding.c.code)
        .limit(_MOST_PEERS * 4)
    )
    found: dict[int, PeerRow] = {}
    for row in rows:
        known = found.get(row.id)
        codes = dict.fromkeys((*(known.codes if known else ()), *((row.code,) if row.code else ())))
        found[row.id] = PeerRow(
            number=row.number,
            serial=row.label_serial,
            codes=tuple(codes),
            state=row.state,
            opened_at=row.opened_at,
        )
    return tuple(found.values())[:_MOST_PEERS]


def agent_clock_off_s(db: Connection, agent_id: str) -> float | None:
    """The agent's clock beside the collector's at its last health; None when not told."""
    found = db.execute(select(agent.c.clock_off_s).where(agent.c.id == agent_id))
    return found.scalar_one_or_none()
