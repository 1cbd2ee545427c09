"""Keeps files that people bring to a pre-claim: the bytes by their SHA-256, then the row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from collector.claims.brought import Brought
from collector.intake.evidence_files import EvidenceFiles
from collector.store import cases, proofs, reports
from collector.store.reports import FileRow


def put(directory: Path, brought: Iterable[Brought]) -> None:
    """Write the bytes and sync them; before the transaction that says that they are here.

    OSError when the disk does not take them. What no row names afterwards does no harm.
    """
    files = EvidenceFiles(directory)
    for one in brought:
        if not files.is_complete(one.sha256):
            files.write(sha256=one.sha256, offset=0, content=one.content)
            files.finish(sha256=one.sha256, size=len(one.content))
    files.sync()


def note(
    db: Connection,
    brought: Iterable[Brought],
    *,
    line_id: int,
    actor: str,
    role: str,
    words: str,
    now: datetime,
) -> int:
    """Name the files in the line's file and in its history; how many were new there."""
    known = cases.state_of(db, line_id)
    if known is None:
        return 0
    organisation_id, kept = known[1], 0
    for one in brought:
        proofs.name_file(
            db,
            organisation_id=organisation_id,
            sha256=one.sha256,
            size=len(one.content),
            media_type=one.media_type,
        )
        row = FileRow(
            line_id=line_id,
            sha256=one.sha256,
            kind=one.kind.value,
            media_type=one.media_type,
            name=one.name,
            size=len(one.content),
            note=words,
            actor=actor[:120],
            at=now,
        )
        if not reports.add_file(db, organisation_id=organisation_id, row=row):
            continue
        kept += 1
        cases.append_event(
            db,
            line_id=line_id,
            organisation_id=organisation_id,
            actor=actor[:120],
            role=role,
            type_="file_added",
            payload={
                "file": one.kind.value,
                "name": one.name,
                "sha256": one.sha256,
                "size": len(one.content),
                "reason": words,
            },
            now=now,
        )
    return kept
