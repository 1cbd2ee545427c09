"""Rows of field_proof: what people measured and photographed for a claim line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from collector.claims.field_proof import ProofKind
from collector.store.scope import Scope
from collector.store.tables import evidence_file, field_proof
from collector.store.upsert import insert_into, insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One thing that somebody brought."""

    id: int
    kind: ProofKind
    has_power: bool | None
    volts: float | None
    sha256: str | None
    note: str
    actor: str
    at: datetime


def add_power(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    has_power: bool,
    volts: float | None,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    """Keep a measurement of power at the device."""
    insert_row(
        db,
        field_proof,
        line_id=line_id,
        organisation_id=organisation_id,
        kind=ProofKind.POWER.value,
        has_power=has_power,
        volts=volts,
        note=note,
        actor=actor,
        at=now,
    )


def add_photo(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    sha256: str,
    size: int,
    media_type: str,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    """Keep a photo whose file is on the disk already."""
    name_file(db, organisation_id=organisation_id, sha256=sha256, size=size, media_type=media_type)
    insert_row(
        db,
        field_proof,
        line_id=line_id,
        organisation_id=organisation_id,
        kind=ProofKind.PHOTO.value,
        sha256=sha256,
        note=note,
        actor=actor,
        at=now,
    )


def name_file(
    db: Connection, *, organisation_id: str, sha256: str, size: int, media_type: str
) -> None:
    """Say that a whole file is on the disk, whoever brought it."""
    made = insert_into(db, evidence_file).values(
        sha256=sha256,
        organisation_id=organisation_id,
        size=size,
        media_type=media_type,
        received_bytes=size,
        complete=True,
    )
    db.execute(
        made.on_conflict_do_update(
            index_elements=["sha256"], set_={"complete": True, "received_bytes": size}
        )
    )


def of_line(db: Connection, line_id: int) -> tuple[Proof, ...]:
    """What was brought for a line, oldest first."""
    rows = db.execute(
        select(field_proof).where(field_proof.c.line_id == line_id).order_by(field_proof.c.id)
    )
    return tuple(_read(row) for row in rows)


def here(db: Connection) -> dict[int, frozenset[str]]:
    """By line, the kinds that are proven: the newest measurement must have found power."""
    found: dict[int, list[Proof]] = {}
    for row in db.execute(select(field_proof).order_by(field_proof.c.id)):
        found.setdefault(row.line_id, []).append(_read(row))
    return {line: kinds_proven(proofs) for line, proofs in found.items()}


def kinds_proven(proofs: Iterable[Proof]) -> frozenset[str]:
    """The kinds that these prove, the newest of each."""
    newest = {proof.kind: proof for proof in proofs}
    return frozenset(
        kind.value
        for kind, proof in newest.items()
        if kind is not ProofKind.POWER or proof.has_power
    )


def has_photo(db: Connection, scope: Scope, sha256: str) -> bool:
    """Whether a photo of the slice has this content."""
    query = select(field_proof.c.id).where(
        scope.covers(field_proof.c.organisation_id), field_proof.c.sha256 == sha256
    )
    return db.execute(query.limit(1)).first() is not None


def _read(row: Row[tuple[object, ...]]) -> Proof:
    known = row._mapping
    return Proof(
        id=known["id"],
        kind=ProofKind(known["kind"]),
        has_power=known["has_power"],
        volts=known["volts"],
        sha256=known["sha256"],
        note=known["note"],
        actor=known["actor"],
        at=known["at"],
    )
