"""Stores manifests with the verdict on their signature, and pieces of evidence files."""

from __future__ import annotations

import enum

from collector.intake.refusal import Refusal
from collector.intake.room import Row
from collector.store import evidence, positions
from shared import signing, wire
from shared.evidence import EvidenceChunk, Manifest, SignedManifest, is_thumbnail
from shared.identity import EventId


class SignatureVerdict(enum.Enum):
    """What a manifest's signature is worth."""

    VERIFIED = "verified"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    UNREADABLE = "unreadable"  # the signature holds; a newer agent's words, mostly


def store_manifest(
    signed: SignedManifest,
    row: Row,
    *,
    episode: EventId | None,
    episode_id: int | None,
    position_id: int,
    is_news: bool,
) -> None:
    """Keep a manifest whatever its signature is worth; only a verified one names the pictures."""
    content = _read(signed)
    verdict = _judge(signed, content, row)
    items = content.items if content else ()
    evidence.add_manifest(
        row.db,
        signed=signed,
        episode=episode,
        episode_id=episode_id,
        position_id=position_id,
        organisation_id=row.agent.organisation_id,
        agent_id=row.agent.id,
        code=content.code if content else "",
        verdict=verdict.value,
        items=items,
        now=row.received_at,
    )
    if verdict is SignatureVerdict.VERIFIED:
        for item in items:
            if is_thumbnail(item.name):
                continue
            # a clock ahead of ours would win for ever
            taken_at = min(item.taken_at, row.received_at)
            positions.note_picture(
                row.db, position_id=position_id, item=item, taken_at=taken_at, is_news=is_news
            )


def _read(signed: SignedManifest) -> Manifest | None:
    try:
        return wire.decode_manifest(signed.body)
    except wire.WireError:
        return None  # kept with its bytes; it lists nothing


def _judge(signed: SignedManifest, content: Manifest | None, row: Row) -> SignatureVerdict:
    if row.agent.evidence_key is None:
        return SignatureVerdict.UNKNOWN_KEY
    key = signing.read_public(bytes(row.agent.evidence_key))
    if signed.key_id != signing.key_id(key):
        return SignatureVerdict.UNKNOWN_KEY
    if not signing.holds(key, signing.MANIFEST, signed.body, signed.signature):
        return SignatureVerdict.BAD_SIGNATURE
    if content is None:
        return SignatureVerdict.UNREADABLE
    if content.agent_id != row.agent.id:
        return SignatureVerdict.BAD_SIGNATURE  # somebody else's words under this agent's name
    return SignatureVerdict.VERIFIED


def store_chunk(chunk: EvidenceChunk, row: Row) -> None:
    """Put a piece in its place; the last one has the whole file checked against its hash."""
    if chunk.offset + len(chunk.content) > chunk.total:
        raise Refusal("evidence.size", "a piece ends behind its file")
    known = evidence.find_file(row.db, chunk.sha256)
    if known is not None and known.complete:
        return
    if known is not None and known.size != chunk.total:
        raise Refusal("evidence.size", f"the file had {known.size} bytes before")
    if known is None:
        evidence.begin_file(
            row.db,
            sha256=chunk.sha256,
            size=chunk.total,
            organisation_id=row.agent.organisation_id,
        )
    evidence.add_chunk(
        row.db,
        sha256=chunk.sha256,
        offset=chunk.offset,
        length=len(chunk.content),
        organisation_id=row.agent.organisation_id,
    )
    files = row.room.evidence
    complete = files.is_complete(chunk.sha256)  # a commit was lost after the file was finished
    covered = chunk.total if complete else evidence.covered_bytes(row.db, chunk.sha256)
    if not complete:
        files.write(sha256=chunk.sha256, offset=chunk.offset, content=chunk.content)
        if covered == chunk.total:
            complete = files.finish(sha256=chunk.sha256, size=chunk.total)
            if not complete:
                raise Refusal(
                    "evidence.hash",
                    f"the pieces are not {chunk.sha256}",
                    forget_sha256=chunk.sha256,
                )
    evidence.note_progress(row.db, sha256=chunk.sha256, received_bytes=covered, complete=complete)
