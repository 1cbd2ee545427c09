"""Evidence: files named by their SHA-256, a manifest that the agent signs, and chunks."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from shared.identity import EventId
from shared.limits import CHUNK_BYTES, MAX_EVIDENCE_BYTES, Name, Sha256, Text
from shared.moment import Moment


class EvidenceKind(enum.Enum):
    """What a file shows."""

    PICTURE = "picture"  # the fault
    REFERENCE = "reference"  # the same view when it was good
    TRANSCRIPT = "transcript"  # probe transcript with raw replies, JSON lines
    READINGS = "readings"  # series before or after the onset, JSON lines
    CLIP = "clip"


THUMBNAIL = "thumbnail"  # how a small picture is named that goes ahead of ``picture...``


def is_thumbnail(name: str) -> bool:
    """True for the preview of a picture: it is shown until that comes, and never counts for it.

    The name says it, not the kind: a new kind could not be read by older collectors.
    """
    return name.startswith(THUMBNAIL)


def full_name(name: str) -> str:
    """The name of the picture that a thumbnail stands for, in the same manifest."""
    return "picture" + name.removeprefix(THUMBNAIL)


MAP = f"{THUMBNAIL}-map.jpg"
"""How the drawing is named of where a picture departs from its reference."""
FIGURES = "figures.json"
"""How the document is named that sets a picture's figures beside this camera's baseline."""
FILTER_TEST = "filter-test.jsonl"
"""How the log of an active test of the infrared filter is named: all figures, and the verdict."""


class EvidenceItem(msgspec.Struct, frozen=True, array_like=True):
    """One file of a manifest."""

    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_EVIDENCE_BYTES)]
    kind: EvidenceKind
    media_type: Annotated[str, msgspec.Meta(max_length=64)]
    name: Annotated[str, msgspec.Meta(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    taken_at: Moment
    note: Text = ""


class NotTaken(msgspec.Struct, frozen=True, array_like=True):
    """A kind of file that belongs here and is missing, and why, for people."""

    kind: EvidenceKind
    why_en: Text
    why_zh: Text


class Manifest(msgspec.Struct, frozen=True, array_like=True, tag="manifest"):
    """What the agent vouches for; it proves who said it, not that the camera told the truth."""

    agent_id: Name
    device_id: Name
    label_serial: Annotated[str, msgspec.Meta(max_length=64)]
    code: Annotated[str, msgspec.Meta(max_length=80)]  # "" for a reference picture
    episode: EventId | None  # None in the opening event (its own identity) and for references
    made_at: Moment
    agent_version: Annotated[str, msgspec.Meta(max_length=32)]
    profile: Annotated[str, msgspec.Meta(max_length=64)]
    items: Annotated[tuple[EvidenceItem, ...], msgspec.Meta(max_length=32)]
    not_taken: Annotated[tuple[NotTaken, ...], msgspec.Meta(max_length=8)] = ()


class SignedManifest(msgspec.Struct, frozen=True, array_like=True):
    """The manifest's exact bytes and the Ed25519 signature over them (see ``signing``)."""

    body: Annotated[bytes, msgspec.Meta(max_length=16 * 1024)]
    signature: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
    key_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]


class EvidenceChunk(msgspec.Struct, frozen=True, array_like=True, tag="chunk"):
    """A piece of one evidence file; pieces may come in any order and more than once."""

    sha256: Sha256
    offset: Annotated[int, msgspec.Meta(ge=0, le=MAX_EVIDENCE_BYTES)]
    total: Annotated[int, msgspec.Meta(ge=1, le=MAX_EVIDENCE_BYTES)]
    content: Annotated[bytes, msgspec.Meta(min_length=1, max_length=CHUNK_BYTES)]


def chunks_of(
    content: bytes, sha256: str, *, piece_bytes: int = CHUNK_BYTES
) -> tuple[EvidenceChunk, ...]:
    """Cut a file into chunks; the caller vouches for the hash.

    How long they are, up to CHUNK_BYTES, is the sender's choice: receivers take any length and
    count what is covered.
    """
    total = len(content)
    return tuple(
        EvidenceChunk(sha256, offset, total, content[offset : offset + piece_bytes])
        for offset in range(0, total, piece_bytes)
    )
