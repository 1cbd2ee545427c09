"""Rows of pack_answer, and what a factory's line says to those who sent its packs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.pack.answer import BESIDE
from collector.store.tables import (
    claim_case,
    claim_event,
    claim_line,
    pack_answer,
    pack_import,
)
from collector.store.upsert import insert_into

OURS = ("factory_engineer", "admin", "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A claim of a partner that became a line here."""

    partner: str
    their_number: str
    their_line: int
    line_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One move of the line, or what is told beside moves; ``is_ours``: by the factory's people or
    its system."""

    seq: int
    hash: str  # of the entry, by the chain
    type: str
    at: datetime
    actor: str
    payload: Mapping[str, object]
    is_ours: bool


def sent_by(db: Connection, line_id: int) -> tuple[Sent, ...]:
    """Whose packs the line came from, also by a line that was merged into it, unless that partner
    has sent this one too; nobody's for a line of our own."""
    own = _imports_of(db, line_id)
    partners = {one.partner for one in own}
    merged = (one for line in _merged_into(db, line_id) for one in _imports_of(db, line))
    return (*(one for one in merged if one.partner not in partners), *own)


def _imports_of(db: Connection, line_id: int) -> tuple[Sent, ...]:
    rows = db.execute(
        select(pack_import).where(pack_import.c.line_id == line_id).order_by(pack_import.c.id)
    )
    return tuple(
        Sent(
            partner=row.partner,
            their_number=row.their_number,
            their_line=row.their_line,
            line_id=row.line_id,
        )
        for row in rows
    )


def _merged_into(db: Connection, line_id: int) -> tuple[int, ...]:
    """Every line that goes on as this one, directly or by others."""
    found: list[int] = []
    looked = [line_id]
    while looked:
        rows = db.execute(select(claim_line.c.id).where(claim_line.c.merged_into == looked.pop()))
        fresh = [row.id for row in rows if row.id not in (*found, line_id)]
        found += fresh
        looked += fresh
    return tuple(sorted(found))


def goes_on_as(db: Connection, line_id: int) -> int | None:
    """The line that this one was merged into; None while it is its own."""
    return db.execute(
        select(claim_line.c.merged_into).where(claim_line.c.id == line_id)
    ).scalar_one_or_none()


def sent_as(db: Connection, *, line_id: int, partner: str) -> tuple[str, int] | None:
    """The partner's own number and line of a line that it sent; None when it sent none."""
    named = [one for one in _imports_of(db, line_id) if one.partner == partner]
    return (named[-1].their_number, named[-1].their_line) if named else None


def moves_of(db: Connection, line_id: int) -> tuple[Moved, ...]:
    """Every move of a line and what is told beside them, oldest first."""
    rows = db.execute(
        select(claim_event)
        .where(
            claim_event.c.line_id == line_id,
            claim_event.c.type.in_(("moved", *sorted(BESIDE))),
        )
        .order_by(claim_event.c.seq)
    )
    return tuple(
        Moved(
            seq=row.seq,
            hash=row.hash,
            type=row.type,
            at=row.at,
            actor=row.actor,
            payload=json.loads(row.payload_json),
            is_ours=row.role in OURS,
        )
        for row in rows
    )


def reference_of(db: Connection, line_id: int) -> tuple[str, str]:
    """``(PC-2026-000001-1, state)`` of a line."""
    row = db.execute(
        select(claim_case.c.number, claim_line.c.state)
        .join(claim_line, claim_line.c.case_id == claim_case.c.id)
        .where(claim_line.c.id == line_id)
    ).one()
    return f"{row.number}-{line_id}", row.state


def answered_by(db: Connection, line_id: int) -> tuple[tuple[str, str], ...]:
    """Each partner that has answered a line, and its own number of the claim."""
    rows = db.execute(
        select(pack_answer.c.partner, pack_answer.c.reference)
        .where(pack_answer.c.line_id == line_id)
        .order_by(pack_answer.c.id)
    )
    return tuple((row.partner, row.reference) for row in rows)


def hashes_of(db: Connection, line_id: int) -> dict[int, str]:
    """The hash of each entry of a line's log by its number."""
    rows = db.execute(
        select(claim_event.c.seq, claim_event.c.hash).where(claim_event.c.line_id == line_id)
    )
    return {row.seq: row.hash for row in rows}


def find_line(db: Connection, *, number: str, line: int) -> str | None:
    """The organisation of our line that is called so; None when there is none."""
    return db.execute(
        select(claim_line.c.organisation_id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(claim_line.c.id == line, claim_case.c.number == number)
    ).scalar_one_or_none()


def is_others(db: Connection, *, line_id: int, partner: str) -> bool:
    """Whether the claim came here from this partner, or another partner has answered it."""
    came = select(pack_import.c.id).where(
        pack_import.c.line_id == line_id, pack_import.c.partner == partner
    )
    answered = select(pack_answer.c.id).where(
        pack_answer.c.line_id == line_id, pack_answer.c.partner != partner
    )
    return any(db.execute(query.limit(1)).first() is not None for query in (came, answered))


def taken_until(db: Connection, *, line_id: int, partner: str) -> int:
    """The last step of the partner that was taken; 0 before the first."""
    found = db.execute(
        select(func.max(pack_answer.c.seq)).where(
            pack_answer.c.line_id == line_id, pack_answer.c.partner == partner
        )
    ).scalar_one_or_none()
    return int(found or 0)


def take(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    partner: str,
    seq: int,
    reference: str,
    state: str,
    now: datetime,
) -> None:
    """Everything up to this step of the partner was taken."""
    values = {"seq": seq, "reference": reference, "state": state, "at": now}
    made = insert_into(db, pack_answer).values(
        line_id=line_id, organisation_id=organisation_id, partner=partner, **values
    )
    db.execute(made.on_conflict_do_update(index_elements=["line_id", "partner"], set_=values))
