"""Rows of evidence_file, evidence_chunk, manifest and manifest_item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from collector.store.tables import (
    evidence_chunk,
    evidence_file,
    manifest,
    manifest_item,
)
from collector.store.upsert import insert_into, insert_row
from shared.evidence import EvidenceItem, SignedManifest
from shared.identity import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """How much of one file has come."""

    size: int
    complete: bool


def find_file(db: Connection, sha256: str) -> File | None:
    """The file; None when no chunk of it came."""
    row = db.execute(
        select(evidence_file.c.size, evidence_file.c.complete).where(
            evidence_file.c.sha256 == sha256
        )
    ).one_or_none()
    return None if row is None else File(size=row.size, complete=row.complete)


def begin_file(db: Connection, *, sha256: str, size: int, organisation_id: str) -> None:
    """The first chunk of a file came."""
    db.execute(
        insert(evidence_file).values(
            sha256=sha256,
            size=size,
            organisation_id=organisation_id,
            received_bytes=0,
            complete=False,
        )
    )


def add_chunk(
    db: Connection, *, sha256: str, offset: int, length: int, organisation_id: str
) -> None:
    """Remember a piece; the longer one wins where two begin at the same place."""
    made = insert_into(db, evidence_chunk).values(
        sha256=sha256, offset=offset, length=length, organisation_id=organisation_id
    )
    db.execute(
        made.on_conflict_do_update(
            index_elements=["sha256", "offset"],
            set_={"length": length},
            where=evidence_chunk.c.length < length,
        )
    )


def covered_bytes(db: Connection, sha256: str) -> int:
    """How many different bytes of the file have come."""
    covered = 0
    end = 0
    for offset, length in db.execute(
        select(evidence_chunk.c.offset, evidence_chunk.c.length)
        .where(evidence_chunk.c.sha256 == sha256)
        .order_by(evidence_chunk.c.offset)
    ):
        fresh_from = max(end, offset)
        if offset + length > fresh_from:
            covered += offset + length - fresh_from
            end = offset + length
    return covered


def note_progress(db: Connection, *, sha256: str, received_bytes: int, complete: bool) -> None:
    """Keep how far the file has come."""
    db.execute(
        update(evidence_file)
        .where(evidence_file.c.sha256 == sha256)
        .values(received_bytes=received_bytes, complete=complete)
    )


def forget_file(db: Connection, sha256: str) -> None:
    """Its bytes were not what the hash says: all pieces may come again."""
    db.execute(delete(evidence_chunk).where(evidence_chunk.c.sha256 == sha256))
    db.execute(delete(evidence_file).where(evidence_file.c.sha256 == sha256))


def add_manifest(
    db: Connection,
    *,
    signed: SignedManifest,
    episode_id: int | None,
    episode: EventId | None,
    position_id: int,
    organisation_id: str,
    agent_id: str,
    code: str,
    verdict: str,
    items: tuple[EvidenceItem, ...],
    now: datetime,
) -> int:
    """Keep a manifest with its exact bytes, and one row an item. Returns its id."""
    manifest_id = insert_row(
        db,
        manifest,
        episode_id=episode_id,
        episode_epoch=str(episode.epoch) if episode else None,
        episode_seq=episode.seq if episode else None,
        position_id=position_id,
        organisation_id=organisation_id,
        agent_id=agent_id,
        code=code,
        body=signed.body,
        signature=signed.signature,
        key_id=signed.key_id,
        verdict=verdict,
        received_at=now,
    )
    for number, item in enumerate(items):
        db.execute(
            insert(manifest_item).values(
                manifest_id=manifest_id,
                number=number,
                organisation_id=organisation_id,
                sha256=item.sha256,
                kind=item.kind.value,
                media_type=item.media_type,
                name=item.name,
                size=item.size,
                taken_at=item.taken_at,
                note=item.note,
            )
        )
    return manifest_id


def link_early_manifests(
    db: Connection, *, agent_id: str, identity: EventId, episode_id: int
) -> None:
    """Give manifests that overtook their episode's first event to that episode."""
    db.execute(
        update(manifest)
        .where(
            manifest.c.agent_id == agent_id,
            manifest.c.episode_id.is_(None),
            manifest.c.episode_epoch == str(identity.epoch),
            manifest.c.episode_seq == identity.seq,
        )
        .values(episode_id=episode_id)
    )
