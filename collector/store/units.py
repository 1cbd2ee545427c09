"""Rows of unit and unit_alias: what the factory delivered, as imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from collector.store.tables import unit, unit_alias
from shared.device import Alias, AliasKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One delivered device."""

    serial: str
    model: str
    product: str
    batch: str
    buyer: str
    delivered_on: date | None
    delivery_proof: str


def find(db: Connection, serial: str) -> Unit | None:
    """The delivered device with this label serial; None when the registry has none."""
    row = db.execute(select(unit).where(unit.c.serial == serial)).one_or_none()
    if row is None:
        return None
    return Unit(
        serial=row.serial,
        model=row.model,
        product=row.product,
        batch=row.batch,
        buyer=row.buyer,
        delivered_on=row.delivered_on,
        delivery_proof=row.delivery_proof,
    )


def serials_named(db: Connection, aliases: Iterable[Alias]) -> frozenset[str]:
    """The label serials to which any of these aliases leads."""
    found: set[str] = set()
    for alias in aliases:
        found.update(
            db.execute(
                select(unit_alias.c.serial).where(
                    unit_alias.c.kind == alias.kind.value, unit_alias.c.value == alias.value
                )
            ).scalars()
        )
    return frozenset(found)


def aliases_of(db: Connection, serial: str) -> tuple[Alias, ...]:
    """The aliases under which the registry knows this label serial."""
    rows = db.execute(
        select(unit_alias.c.kind, unit_alias.c.value).where(unit_alias.c.serial == serial)
    )
    return tuple(Alias(AliasKind(row.kind), row.value) for row in rows)
