"""What lies in the file of one pre-claim: findings, signed manifests, evidence, its event log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, select

from collector.store.profiles import IS_GATED
from collector.store.scope import Scope
from collector.store.tables import (
    claim_event,
    decision,
    episode,
    evidence_file,
    finding,
    manifest,
    manifest_item,
    passive_verdict,
)
from collector.store.views.device_file import EpisodeRow, read_episode
from collector.store.views.profiles import ProfileRow, list_rulings, read_profile
from shared import wire
from shared.evidence import NotTaken
from shared.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding of the line: its episode, and the readings that opened it."""

    code: str
    episode: EpisodeRow
    because: tuple[Reading, ...]
    firmware: str
    recorder_firmware: str
    agent_onset_at: datetime
    profile: ProfileRow | None = None  # that extracted readings it rests on
    module_code: str = ""  # the factory's, of the component
    proof: str = ""  # a value of catalogue_entry.Proof; '' as the code promises


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One file of a manifest; ``here`` when it has arrived whole and its hash held."""

    sha256: str
    kind: str
    media_type: str
    name: str
    size: int
    received_bytes: int
    taken_at: datetime
    note: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One signed manifest and what its signature is worth."""

    id: int
    agent_id: str
    code: str
    key_id: str
    verdict: str
    received_at: datetime
    items: tuple[EvidenceRow, ...]
    not_taken: tuple[NotTaken, ...] = ()  # what the agent says is missing, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One entry of the line's log; ``hash`` covers the entry and the one before."""

    seq: int
    at: datetime
    actor: str
    role: str
    type: str
    payload: str
    prev_hash: str
    hash: str


def list_findings(db: Connection, scope: Scope, line: int) -> tuple[FindingRow, ...]:
    """The findings of the line, oldest first."""
    rows = db.execute(
        select(
            episode,
            finding.c.code.label("finding_code"),
            finding.c.profile_ruled,
            IS_GATED.label("is_gated"),
            decision.c.state.label("decision_state"),
            decision.c.outcome,
            decision.c.reason_en,
            decision.c.reason_zh,
            decision.c.due_at,
            decision.c.line_id,
            passive_verdict.c.decision_id.label("verdict_id"),
        )
        .join(finding, finding.c.episode_id == episode.c.id)
        .outerjoin(decision, decision.c.episode_id == episode.c.id)
        .outerjoin(passive_verdict, passive_verdict.c.decision_id == decision.c.id)
        .where(scope.covers(finding.c.organisation_id), finding.c.line_id == line)
        .order_by(finding.c.id)
    ).all()
    rulings = list_rulings(db, scope, [row.id for row in rows])
    return tuple(
        FindingRow(
            code=row.finding_code,
            episode=read_episode(row),
            because=read_because(row.because_json),
            firmware=row.firmware,
            recorder_firmware=row.recorder_firmware,
            agent_onset_at=row.agent_onset_at,
            profile=read_profile(row, rulings.get(row.id, ())),
            module_code=row.module_code,
            proof=row.proof,
        )
        for row in rows
    )


def list_manifests(db: Connection, scope: Scope, line: int) -> tuple[ManifestRow, ...]:
    """The manifests of the line's episodes, oldest first, each with its files."""
    episodes = select(finding.c.episode_id).where(finding.c.line_id == line)
    return _manifests(db, scope, manifest.c.episode_id.in_(episodes))


def list_episode_manifests(
    db: Connection, scope: Scope, episode_id: int
) -> tuple[ManifestRow, ...]:
    """The manifests of one episode, oldest first, each with its files."""
    return _manifests(db, scope, manifest.c.episode_id == episode_id)


def list_manifests_by_episode(
    db: Connection, scope: Scope, episodes: Iterable[int]
) -> dict[int, tuple[ManifestRow, ...]]:
    """The manifests of these episodes, oldest first, each with its files."""
    found: dict[int, tuple[ManifestRow, ...]] = {}
    wanted = sorted(set(episodes))
    rows = db.execute(
        select(manifest.c.id, manifest.c.episode_id).where(manifest.c.episode_id.in_(wanted))
    )
    episode_of = {row.id: row.episode_id for row in rows}
    for one in _manifests(db, scope, manifest.c.episode_id.in_(wanted)):
        found[episode_of[one.id]] = (*found.get(episode_of[one.id], ()), one)
    return found


def _manifests(db: Connection, scope: Scope, which: ColumnElement[bool]) -> tuple[ManifestRow, ...]:
    rows = db.execute(
        select(manifest)
        .where(scope.covers(manifest.c.organisation_id), which)
        .order_by(manifest.c.id)
    ).all()
    items = _items(db, [row.id for row in rows])
    return tuple(
        ManifestRow(
            id=row.id,
            agent_id=row.agent_id,
            code=row.code,
            key_id=row.key_id,
            verdict=row.verdict,
            received_at=row.received_at,
            items=items.get(row.id, ()),
            not_taken=_read_not_taken(row.body),
        )
        for row in rows
    )


def _read_not_taken(body: bytes) -> tuple[NotTaken, ...]:
    """What the signed bytes say is missing; nothing when they cannot be read."""
    try:
        return wire.decode_manifest(bytes(body)).not_taken
    except wire.WireError:
        return ()


def list_events(db: Connection, scope: Scope, line: int) -> tuple[EventRow, ...]:
    """The line's log, oldest first."""
    rows = db.execute(
        select(claim_event)
        .where(scope.covers(claim_event.c.organisation_id), claim_event.c.line_id == line)
        .order_by(claim_event.c.seq)
    )
    return tuple(
        EventRow(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            role=row.role,
            type=row.type,
            payload=row.payload_json,
            prev_hash=row.prev_hash,
            hash=row.hash,
        )
        for row in rows
    )


def find_evidence(db: Connection, scope: Scope, sha256: str) -> EvidenceRow | None:
    """The file, when a manifest inside the slice names it; None otherwise."""
    row = db.execute(
        _item_query()
        .where(scope.covers(manifest_item.c.organisation_id), manifest_item.c.sha256 == sha256)
        .limit(1)
    ).first()
    return None if row is None else _read_item(row)


def read_because(text: str) -> tuple[Reading, ...]:
    """Readings as they were stored; none when an older collector wrote another form."""
    try:
        return msgspec.json.decode(text, type=tuple[Reading, ...])
    except msgspec.ValidationError:
        return ()


def _item_query() -> Select[Any]:
    return select(
        manifest_item, evidence_file.c.complete, evidence_file.c.received_bytes
    ).outerjoin(evidence_file, evidence_file.c.sha256 == manifest_item.c.sha256)


def _items(db: Connection, manifests: list[int]) -> dict[int, tuple[EvidenceRow, ...]]:
    found: dict[int, tuple[EvidenceRow, ...]] = {}
    rows = db.execute(
        _item_query()
        .where(manifest_item.c.manifest_id.in_(manifests))
        .order_by(manifest_item.c.manifest_id, manifest_item.c.number)
    )
    for row in rows:
        found[row.manifest_id] = (*found.get(row.manifest_id, ()), _read_item(row))
    return found


def _read_item(row: Row[Any]) -> EvidenceRow:
    return EvidenceRow(
        sha256=row.sha256,
        kind=row.kind,
        media_type=row.media_type,
        name=row.name,
        size=row.size,
        received_bytes=row.received_bytes or 0,
        taken_at=row.taken_at,
        note=row.note,
        here=bool(row.complete),
    )
