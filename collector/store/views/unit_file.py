"""All that is known of one serial: where it hangs, its pre-claims, its chain, who changed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from collector.store import imports, units
from collector.store.registry import differences
from collector.store.scope import Scope
from collector.store.tables import (
    claim_case,
    claim_line,
    position,
    registry_change,
    registry_import,
    site,
)

_LONGEST_CHAIN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """A position that carries the serial."""

    position_id: int
    name: str
    site_name: str
    serial_source: str
    since: datetime | None
    last_good_at: datetime | None
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitClaim:
    """A pre-claim of the serial."""

    id: int
    number: str
    state: str
    component: str
    opened_at: datetime
    closed_at: datetime | None
    position_id: int | None
    position_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One serial of a chain of replacements; ``delivered_on`` None: not known."""

    serial: str
    model: str
    delivered_on: date | None
    is_registered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an import, or a person, changed of the unit."""

    import_id: int
    at: datetime
    actor: str
    filename: str
    what: str  # '' when the unit was new
    undone_at: datetime | None


def list_hanging(db: Connection, scope: Scope, serial: str) -> tuple[Hanging, ...]:
    """Where the serial hangs, inside the slice."""
    rows = db.execute(
        select(position, site.c.name.label("site_name"), site.c.zone)
        .join(site, site.c.id == position.c.site_id)
        .where(position.c.label_serial == serial, scope.covers(position.c.organisation_id))
        .order_by(position.c.id)
    )
    return tuple(
        Hanging(
            position_id=row.id,
            name=row.name,
            site_name=row.site_name,
            serial_source=row.serial_source,
            since=row.serial_since,
            last_good_at=row.last_good_at,
            zone=row.zone,
        )
        for row in rows
    )


def list_claims(db: Connection, scope: Scope, serial: str) -> tuple[UnitClaim, ...]:
    """The serial's pre-claims inside the slice, newest first."""
    rows = db.execute(
        select(claim_line, claim_case.c.number, position.c.name.label("position_name"))
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .where(claim_line.c.label_serial == serial, scope.covers(claim_line.c.organisation_id))
        .order_by(claim_line.c.id.desc())
    )
    return tuple(
        UnitClaim(
            id=row.id,
            number=row.number,
            state=row.state,
            component=row.component,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            position_id=row.position_id,
            position_name=row.position_name or "",
        )
        for row in rows
    )


def chain_of(db: Connection, serial: str) -> tuple[Link, ...]:
    """The serials that followed each other, the first first; only this one when there is none."""
    serials = [serial]
    while len(serials) < _LONGEST_CHAIN:
        first = units.find(db, serials[0])
        if first is None or not first.replaces or first.replaces in serials:
            break
        serials.insert(0, first.replaces)
    while len(serials) < _LONGEST_CHAIN:
        last = units.find(db, serials[-1])
        if last is None or not last.replaced_by or last.replaced_by in serials:
            break
        serials.append(last.replaced_by)
    found = []
    for one in serials:
        known = units.find(db, one)
        found.append(
            Link(
                serial=one,
                model=known.model if known else "",
                delivered_on=known.delivered_on if known else None,
                is_registered=known is not None,
            )
        )
    return tuple(found)


def list_edits(db: Connection, serial: str, *, limit: int = 50) -> tuple[Edit, ...]:
    """Who changed the unit, newest first; for the factory alone."""
    rows = db.execute(
        select(registry_change, registry_import.c.at, registry_import.c.actor)
        .add_columns(registry_import.c.filename)
        .join(registry_import, registry_import.c.id == registry_change.c.import_id)
        .where(registry_change.c.subject == "unit", registry_change.c.subject_key == serial)
        .order_by(registry_change.c.id.desc())
        .limit(limit)
    )
    return tuple(
        Edit(
            import_id=row.import_id,
            at=row.at,
            actor=row.actor,
            filename=row.filename,
            what=_what(row.before_json, row.after_json),
            undone_at=row.undone_at,
        )
        for row in rows
    )


def _what(before: str, after: str) -> str:
    old, new = imports.load("unit", before), imports.load("unit", after)
    return differences(old, new) if old is not None and new is not None else ""
