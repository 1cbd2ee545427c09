"""Rows of claim_recipient: account managers, and what a mail to one of them says of a claim."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from collector.claims.problem import Both
from collector.notify.pack_letter import Submitted
from collector.notify.recipients import Recipient
from collector.store import packs, units
from collector.store.scope import Scope, ancestors_of
from collector.store.tables import (
    claim_case,
    claim_line,
    claim_recipient,
    finding,
    organisation,
)
from collector.store.upsert import insert_into

_OWN = ("id", "organisation_id", "maker", "buyer", "name", "email", "language")


def every(db: Connection, scope: Scope) -> tuple[Recipient, ...]:
    """Those of the slice, by maker and buyer."""
    return _read(db, scope.organisation_ids)


def for_claims_of(db: Connection, organisation_id: str) -> tuple[Recipient, ...]:
    """Those who may be sent claims of this organisation: its own, and of those above it."""
    return _read(db, {organisation_id, *ancestors_of(db, organisation_id)})


def find(db: Connection, number: int) -> Recipient | None:
    """One of them; None when there is none, or no longer."""
    row = db.execute(
        select(*(claim_recipient.c[name] for name in _OWN)).where(claim_recipient.c.id == number)
    ).one_or_none()
    return None if row is None else Recipient(**row._mapping)


def _read(db: Connection, organisations: Collection[str]) -> tuple[Recipient, ...]:
    order = ("maker", "buyer", "email", "id")
    rows = db.execute(
        select(*(claim_recipient.c[name] for name in _OWN))
        .where(claim_recipient.c.organisation_id.in_(sorted(organisations)))
        .order_by(*(claim_recipient.c[name] for name in order))
    )
    return tuple(Recipient(**row._mapping) for row in rows)


def keep(db: Connection, one: Recipient, *, by: str, now: datetime) -> bool:
    """Add somebody; False when this address was there: its name and language are renewed."""
    values = {name: getattr(one, name) for name in _OWN if name != "id"}
    added = db.execute(
        insert_into(db, claim_recipient)
        .values(**values, added_at=now, added_by=by)
        .on_conflict_do_nothing(index_elements=["organisation_id", "maker", "buyer", "email"])
    )
    if added.rowcount == 1:
        return True
    keys = ("organisation_id", "maker", "buyer", "email")
    db.execute(
        update(claim_recipient)
        .where(*(claim_recipient.c[key] == values[key] for key in keys))
        .values(name=one.name, language=one.language)
    )
    return False


def remove(db: Connection, scope: Scope, number: int) -> Recipient | None:
    """Take somebody off; None when the slice has no such. What waits for them is not sent."""
    found = find(db, number)
    if found is None or found.organisation_id not in scope.organisation_ids:
        return None
    db.execute(delete(claim_recipient).where(claim_recipient.c.id == number))
    return found


def parties(db: Connection, line_id: int) -> tuple[str, str]:
    """``(maker, buyer)`` of a claim; what it did not say when it was opened, the registry may know
    by now. Empty texts when it is gone."""
    row = db.execute(
        select(claim_case.c.maker, claim_case.c.buyer, claim_line.c.label_serial)
        .join(claim_line, claim_line.c.case_id == claim_case.c.id)
        .where(claim_line.c.id == line_id)
    ).one_or_none()
    if row is None:
        return "", ""
    unit = units.find(db, row.label_serial) if row.label_serial else None
    return row.maker or (unit.maker if unit else ""), row.buyer or (unit.buyer if unit else "")


def submitted(db: Connection, line_id: int) -> Submitted | None:
    """What a mail says of the claim, without the bytes of its pack; None before a submission."""
    row = db.execute(
        select(
            claim_line,
            claim_case.c.number,
            claim_case.c.buyer,
            claim_case.c.maker,
            organisation.c.name.label("organisation_name"),
        )
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .join(organisation, organisation.c.id == claim_line.c.organisation_id)
        .where(claim_line.c.id == line_id, claim_line.c.submitted_at.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    codes: Sequence[str] = db.execute(
        select(finding.c.code)
        .where(finding.c.line_id == line_id)
        .distinct()
        .order_by(finding.c.code)
    ).scalars().all()  # fmt: skip
    pack = packs.newest(db, line_id)
    return Submitted(
        line_id=line_id,
        number=row.number,
        buyer=row.buyer or row.organisation_name,  # whom no list names
        maker=row.maker,
        serial=row.label_serial,
        model=row.model,
        batch=row.batch,
        codes=tuple(codes),
        quantity=row.quantity,
        warranty_reason=Both(row.warranty_reason_en, row.warranty_reason_zh),
        warranty_until=row.warranty_until,
        submitted_at=row.submitted_at,
        filename=f"{row.number}-{line_id}.zip",
        sha256=pack.sha256 if pack else "",
        size=pack.size if pack else 0,
        content=None,
    )
