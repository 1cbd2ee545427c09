"""The files of evidence that go into a pack: read from the disk, named, or left out with reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from collector.pack.archive import MOST_BYTES
from collector.pack.claim import File, LeftOut
from collector.pack.seal import sha256_of
from collector.store.proofs import Proof
from collector.store.reports import FileRow
from collector.store.views.claim_file import ManifestRow

EVIDENCE: Final = "evidence"  # an agent's manifest names it
BROUGHT: Final = "brought"  # a person brought it: no agent speaks for it
UNVERIFIED: Final = "unverified"  # a manifest names it whose signature does not hold here
_FOLDERS: Final = {"agent": EVIDENCE, "person": BROUGHT}
MOST_OF_FILES: Final = MOST_BYTES - 16 * 2**20  # the rest is for what is written about them
_MAGIC: Final = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"\x1aE\xdf\xa3", "webm"),
)
_NAMED: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A file that is known of the claim, wherever it came from."""

    sha256: str
    kind: str
    media_type: str
    name: str
    note: str
    taken_at: datetime
    is_here: bool
    by: str  # agent | person | unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What was found: told, with the bytes by path, and what is left out."""

    files: tuple[File, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    contents: dict[str, bytes] = field(default_factory=dict)


def of_manifests(manifests: Sequence[ManifestRow], *, proven: Collection[str]) -> tuple[Known, ...]:
    """Every file that a manifest names, once, the oldest first.

    ``proven`` are those that a manifest names whose signature anybody can check.
    """
    once: dict[str, Known] = {}
    for manifest in sorted(manifests, key=lambda one: one.verdict != "verified"):
        for item in manifest.items:
            once.setdefault(
                item.sha256,
                Known(
                    sha256=item.sha256,
                    kind=item.kind,
                    media_type=item.media_type,
                    name=item.name,
                    note=item.note,
                    taken_at=item.taken_at,
                    is_here=item.here,
                    by="agent" if item.sha256 in proven else "unverified",
                ),
            )
    return tuple(sorted(once.values(), key=lambda one: (one.taken_at, one.name, one.sha256)))


def of_proofs(proofs: Iterable[Proof]) -> tuple[Known, ...]:
    """The photos that people brought, the oldest first."""
    return tuple(
        Known(
            sha256=proof.sha256,
            kind="photo",
            media_type="image/jpeg",
            name="photo",
            note=proof.note,
            taken_at=proof.at,
            is_here=True,
            by="person",
        )
        for proof in proofs
        if proof.sha256
    )


def of_uploads(rows: Iterable[FileRow]) -> tuple[Known, ...]:
    """What people uploaded, the oldest first."""
    return tuple(
        Known(
            sha256=row.sha256,
            kind=row.kind,
            media_type=row.media_type,
            name=row.name,
            note=row.note,
            taken_at=row.at,
            is_here=True,
            by="person",
        )
        for row in rows
    )


def collect(known: Iterable[Known], *, evidence_dir: Path, is_shared: bool) -> Files:
    """Read the files; those that have not come, or may not leave, are named as left out.

    Clips go last: where not all fits into a pack, pictures and transcripts do.
    """
    files: list[File] = []
    left_out: list[LeftOut] = []
    contents: dict[str, bytes] = {}
    room = MOST_OF_FILES
    wanted = list(known)
    wanted.sort(key=lambda one: one.kind in ("clip", "video"))
    for number, one in enumerate(wanted, start=1):
        content = _read(one, evidence_dir) if is_shared else None
        why = "not_shared" if not is_shared else "not_arrived" if content is None else ""
        if content is not None and len(content) > room:
            why = "too_long"
        if content is None or why:
            left_out.append(LeftOut(name=one.name, kind=one.kind, sha256=one.sha256, why=why))
            continue
        room -= len(content)
        path = _path(one, number, content)
        contents[path] = content
        files.append(
            File(
                path=path,
                sha256=one.sha256,
                kind=one.kind,
                media_type=one.media_type,
                taken_at=one.taken_at,
                by=one.by,
                name=one.name,
                note=one.note[:400],
            )
        )
    return Files(files=tuple(files), left_out=tuple(left_out), contents=contents)


def _read(one: Known, evidence_dir: Path) -> bytes | None:
    """The whole file; None when it is not here, or its bytes are not what its name says."""
    if not one.is_here:
        return None
    try:
        content = (evidence_dir / one.sha256[:2] / one.sha256).read_bytes()
    except OSError:
        return None  # taken away by hand
    return content if sha256_of(content) == one.sha256 else None


def _path(one: Known, number: int, content: bytes) -> str:
    folder = _FOLDERS.get(one.by, UNVERIFIED)
    kind = one.kind if _NAMED.fullmatch(one.kind) else "file"
    return f"{folder}/{number:02d}-{kind}-{one.sha256[:8]}.{_ending(one, content)}"


def _ending(one: Known, content: bytes) -> str:
    for magic, ending in _MAGIC:
        if content.startswith(magic):
            return ending
    if content[4:8] == b"ftyp":
        return "mp4"
    given = one.name.rpartition(".")[2]
    return given if one.kind in ("transcript", "readings") and given in ("json", "jsonl") else "bin"
