"""Rows of claim_pack and pack_import: packs given out, and packs taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from collector.claims.lifecycle import ENDED
from collector.store.lines import Found
from collector.store.tables import claim_line, claim_pack, pack_import
from collector.store.upsert import insert_row

MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """A pack that was given out."""

    version: int
    sha256: str
    size: int
    basis: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A line of another collector, and the newest of its packs that was taken."""

    line_id: int
    sha256: str
    as_of: datetime


def newest(db: Connection, line_id: int) -> PackRow | None:
    """The last pack of a line; None before the first."""
    row = db.execute(
        select(claim_pack)
        .where(claim_pack.c.line_id == line_id)
        .order_by(claim_pack.c.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return PackRow(
        version=row.version,
        sha256=row.sha256,
        size=row.size,
        basis=row.basis,
        made_at=row.made_at,
    )


def add(db: Connection, pack: PackRow, *, line_id: int, organisation_id: str) -> None:
    """Keep what was given out; IntegrityError when another was first with this version."""
    insert_row(
        db,
        claim_pack,
        line_id=line_id,
        organisation_id=organisation_id,
        version=pack.version,
        sha256=pack.sha256,
        size=pack.size,
        basis=pack.basis,
        made_at=pack.made_at,
    )


def unshared(db: Connection) -> tuple[Found, ...]:
    """Submitted lines that are open and have no pack yet, the oldest first."""
    has_one = select(claim_pack.c.id).where(claim_pack.c.line_id == claim_line.c.id).exists()
    rows = db.execute(
        select(claim_line.c.id, claim_line.c.organisation_id)
        .where(
            claim_line.c.submitted_at.is_not(None),
            claim_line.c.state.not_in(sorted(state.value for state in ENDED)),
            ~has_one,
        )
        .order_by(claim_line.c.id)
        .limit(MOST_AT_ONCE)
    )
    return tuple(Found(row.id, row.organisation_id) for row in rows)


def find_import(
    db: Connection, *, partner: str, their_number: str, their_line: int
) -> ImportRow | None:
    """What was taken of this line of the partner; None when it is new."""
    row = db.execute(
        select(pack_import).where(
            pack_import.c.partner == partner,
            pack_import.c.their_number == their_number,
            pack_import.c.their_line == their_line,
        )
    ).one_or_none()
    if row is None:
        return None
    return ImportRow(line_id=row.line_id, sha256=row.sha256, as_of=row.as_of)


def add_import(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    partner: str,
    their_number: str,
    their_line: int,
    sha256: str,
    as_of: datetime,
    now: datetime,
) -> None:
    """Keep that a pack was taken; IntegrityError when another was first."""
    insert_row(
        db,
        pack_import,
        line_id=line_id,
        organisation_id=organisation_id,
        partner=partner,
        their_number=their_number,
        their_line=their_line,
        sha256=sha256,
        as_of=as_of,
        at=now,
    )


def renew_import(
    db: Connection,
    *,
    partner: str,
    their_number: str,
    their_line: int,
    sha256: str,
    as_of: datetime,
    now: datetime,
) -> None:
    """A newer pack of the same line was taken."""
    db.execute(
        update(pack_import)
        .where(
            pack_import.c.partner == partner,
            pack_import.c.their_number == their_number,
            pack_import.c.their_line == their_line,
        )
        .values(sha256=sha256, as_of=as_of, at=now, removed_at=None)
    )
