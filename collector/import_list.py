"""What every way of importing a list does: read, compare, write exactly what was shown, undo."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from collector.intake.evidence_files import EvidenceFiles
from collector.registry.read_list import List
from collector.store import accounts, imports, registry, undo
from collector.store.imports import Import, Source
from collector.store.registry import Comparison
from collector.store.undo import Undo


class PlanChangedError(Exception):
    """What would be written now is not what was shown; ``compared`` is what it is now."""

    def __init__(self, compared: Comparison) -> None:
        super().__init__(compared.plan)
        self.compared = compared


def source_of(content: bytes, read: List, *, actor: str, filename: str) -> Source:
    """What an import remembers of its file."""
    return Source(
        actor=actor,
        filename=filename,
        sha256=hashlib.sha256(content).hexdigest(),
        sheet=read.sheet,
    )


def keep_file(files: EvidenceFiles, content: bytes) -> str:
    """Keep a file by its SHA-256, on the disk before the commit that names it; the hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not files.is_complete(sha256):
        files.write(sha256=sha256, offset=0, content=content)
        files.finish(sha256=sha256, size=len(content))
    files.sync()
    return sha256


def write_list(
    db: Connection,
    read: List,
    source: Source,
    *,
    organisation_id: str,
    plan: str,
    now: datetime,
    import_id: int | None = None,
) -> tuple[int, Comparison]:
    """Write the list's new and changed rows; the import's number and what was written.

    ``plan`` names what a dry run showed: PlanChangedError, and nothing is written, when it would
    be anything else by now. '' takes what the comparison says at this moment.
    """
    compared = registry.compare(db, read, organisation_id=organisation_id)
    if plan and plan != compared.plan:
        raise PlanChangedError(compared)
    number = imports.write(db, compared, source, now=now, import_id=import_id)
    accounts.record(
        db,
        at=now,
        actor=source.actor,
        action="registry.import",
        detail=f"import {number} of {source.filename}: {len(compared.new)} new, "
        f"{len(compared.changed)} changed; sha256 {source.sha256}",
    )
    return number, compared


def undo_import(db: Connection, done: Import, *, actor: str, now: datetime) -> Undo:
    """Put back what nothing rests on; the plan says what was held, and why."""
    planned = undo.plan(db, done)
    if planned.steps:
        count = undo.carry_out(db, done, planned, actor=actor, now=now)
        accounts.record(
            db,
            at=now,
            actor=actor,
            action="registry.undo",
            detail=f"import {done.id} of {done.filename}: {count} rows, {len(planned.held)} held",
        )
    return planned
