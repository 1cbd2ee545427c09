"""Evidence: files named by hash, the manifest that the agent signs, and the chunks to send."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.camera.port import Exchange
from agent.delivery.flight import PIECE_BYTES
from shared import notes, signing, wire
from shared.evidence import (
    EvidenceChunk,
    EvidenceItem,
    EvidenceKind,
    Manifest,
    SignedManifest,
    chunks_of,
)
from shared.limits import MAX_EVIDENCE_BYTES
from shared.reading import Reading

MAX_ITEMS: Final = 32  # the manifest's bound
MAX_REPLY_CHARS: Final = 16 * 1024  # of one exchange in a transcript
MAX_TEXT_BYTES: Final = 512 * 1024  # of one transcript or series


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """One file before it is named by its hash."""

    name: str
    kind: EvidenceKind
    media_type: str
    content: bytes
    taken_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A manifest's items with the chunks that carry their content."""

    items: tuple[EvidenceItem, ...]
    chunks: tuple[EvidenceChunk, ...]


class Signer:
    """Signs manifests with the agent's evidence key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = signing.key_id(key.public_key())

    def sign(self, manifest: Manifest) -> SignedManifest:
        """The manifest's exact bytes and the signature over them."""
        body = wire.encode(manifest)
        return SignedManifest(body, signing.sign(self._key, signing.MANIFEST, body), self.key_id)


def pack_files(files: Iterable[EvidenceFile]) -> Packed:
    """Name files by hash and cut them; empty and oversized ones are left out, twins sent once."""
    items: list[EvidenceItem] = []
    chunks: list[EvidenceChunk] = []
    seen: set[str] = set()
    for file in files:
        if not file.content or len(file.content) > MAX_EVIDENCE_BYTES or len(items) >= MAX_ITEMS:
            continue
        sha256 = hashlib.sha256(file.content).hexdigest()
        items.append(
            EvidenceItem(
                sha256,
                len(file.content),
                file.kind,
                file.media_type,
                file.name,
                file.taken_at,
                file.note[:400],
            )
        )
        if sha256 not in seen:
            chunks.extend(chunks_of(file.content, sha256, piece_bytes=PIECE_BYTES))
            seen.add(sha256)
    return Packed(items=tuple(items), chunks=tuple(chunks))


def write_transcript(exchanges: Sequence[Exchange], *, taken_at: datetime) -> EvidenceFile | None:
    """Exchanges as JSON lines, replies as text and capped; None when nothing was asked.

    Secrets were removed where the exchange was recorded, at the edge.
    """
    if not exchanges:
        return None
    lines = (
        {
            "at": exchange.at.isoformat(),
            "kind": exchange.kind,
            "request": exchange.request,
            "outcome": exchange.outcome,
            "detail": exchange.detail,
            "seconds": round(exchange.seconds, 4),
            "reply_bytes": len(exchange.reply),
            "reply": _as_text(exchange.reply),
        }
        for exchange in exchanges
    )
    return EvidenceFile(
        name="transcript.jsonl",
        kind=EvidenceKind.TRANSCRIPT,
        media_type="application/jsonl",
        content=_json_lines(lines),
        taken_at=taken_at,
        note=notes.EXCHANGES,
    )


def write_readings(
    readings: Iterable[Reading], *, name: str, taken_at: datetime, note: str
) -> EvidenceFile | None:
    """A series of readings as JSON lines, oldest first; None when there are none."""
    ordered = sorted(readings, key=lambda reading: (reading.taken_at, reading.name))
    if not ordered:
        return None
    lines = (
        {
            "at": reading.taken_at.isoformat(),
            "name": reading.name,
            "value": reading.value,
            "unit": reading.unit,
            "quality": reading.quality.value,
            "cause": reading.cause,
            "raw": reading.raw,
            "detail": reading.detail,
        }
        for reading in ordered
    )
    return EvidenceFile(
        name=name,
        kind=EvidenceKind.READINGS,
        media_type="application/jsonl",
        content=_json_lines(lines),
        taken_at=taken_at,
        note=note,
    )


def _as_text(reply: bytes) -> str:
    if reply[:1] == b"\xff" or b"\x00" in reply[:64]:  # a JPEG or other binary: its hash is enough
        return f"sha256:{hashlib.sha256(reply).hexdigest()}"
    return reply[: MAX_REPLY_CHARS * 4].decode("utf-8", "replace")[:MAX_REPLY_CHARS]


def _json_lines(lines: Iterable[Mapping[str, object]]) -> bytes:
    """Join lines up to MAX_TEXT_BYTES; a last line says when something was left out."""
    out = bytearray()
    left_out = 0
    for line in lines:
        text = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        if len(out) + len(text) > MAX_TEXT_BYTES:
            left_out += 1
            continue
        out += text
    if left_out:
        out += json.dumps({"left_out": left_out, "because": "size limit"}).encode() + b"\n"
    return bytes(out)
