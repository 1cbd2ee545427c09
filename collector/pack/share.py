"""Gives a submitted claim out as a pack: the same state is the same file, kept and given again.

A pack that was shared is named by its SHA-256 in the line's log (event ``shared``). A later state
makes another version; the older ones stay in the folder of packs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from collector.intake.evidence_files import EvidenceFiles
from collector.pack.facts import PackFacts
from collector.pack.room import MadePack, PackRoom
from collector.pack.seal import sha256_of
from collector.store import cases, packs, stories
from collector.store.engine import reader
from collector.store.packs import PackRow

SHARED: Final = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharer:
    """Who gets it, for the log."""

    actor: str
    role: str


BY_ITSELF: Final = Sharer(actor="collector", role="system")


def share(
    engine: Engine,
    room: PackRoom,
    line: int,
    *,
    organisation_id: str,
    by: Sharer,
    now: datetime,
) -> MadePack | None:
    """The pack of a submitted line; None when the organisation has no such line.

    Before the submission nothing is kept and nothing is told: :meth:`PackRoom.make` is for that.
    """
    facts = room.gather(engine, line, organisation_id=organisation_id, is_whole=True)
    if facts is None:
        return None
    basis = basis_of(facts)
    with reader(engine) as db:
        known = packs.newest(db, line)
    if known is not None and known.basis == basis:
        kept = _kept(room, known)
        if kept is not None:
            return MadePack(filename=facts.filename, content=kept)
    made = room.write(facts)
    row = PackRow(
        version=known.version + 1 if known else 1,
        sha256=sha256_of(made.content),
        size=len(made.content),
        basis=basis,
        made_at=now,
    )
    _keep(room, row, made.content)
    try:
        _tell(engine, line, row, organisation_id=organisation_id, by=by, now=now)
    except IntegrityError:  # somebody else gave the same state out at the same time
        return share(engine, room, line, organisation_id=organisation_id, by=by, now=now)
    return made


def is_submitted(engine: Engine, line: int) -> bool:
    """Whether the line was ever submitted: what is given out from then on is kept and told."""
    with reader(engine) as db:
        return stories.story_of(db, line).submitted_at is not None


def basis_of(facts: PackFacts) -> str:
    """SHA-256 over what makes a state: the log but for its own sharing, files, signatures.

    Readings of the days after the onset still come in; they alone make no new version.
    """
    claim = facts.claim
    said = (
        *(one.hash for one in facts.events if one.type != SHARED),
        *(f"{one.path} {one.sha256}" for one in claim.files),
        *(f"{one.sha256} {one.why}" for one in claim.left_out),
        *(f"{one.file} {one.verdict}" for one in claim.statements),
        claim.made_by.fingerprint,
    )
    return _digest(said)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _kept(room: PackRoom, row: PackRow) -> bytes | None:
    """The file that was given out; None when it is gone or damaged."""
    try:
        content = EvidenceFiles(room.directory).path_of(row.sha256).read_bytes()
    except OSError:
        return None
    return content if sha256_of(content) == row.sha256 else None


def _keep(room: PackRoom, row: PackRow, content: bytes) -> None:
    files = EvidenceFiles(room.directory)
    files.write(sha256=row.sha256, offset=0, content=content)
    files.finish(sha256=row.sha256, size=row.size)
    files.sync()  # before the commit that says that it is here


def _tell(
    engine: Engine,
    line: int,
    row: PackRow,
    *,
    organisation_id: str,
    by: Sharer,
    now: datetime,
) -> None:
    with engine.begin() as db:
        packs.add(db, row, line_id=line, organisation_id=organisation_id)
        cases.append_event(
            db,
            line_id=line,
            organisation_id=organisation_id,
            actor=by.actor,
            role=by.role,
            type_=SHARED,
            payload={"sha256": row.sha256, "version": row.version, "size": row.size},
            now=now,
        )
