"""Rows of unit, unit_alias and unit_lot: what the factory delivered, as imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from collector.store.tables import unit, unit_alias, unit_lot
from shared.device import Alias, AliasKind, alias_of, is_identity

_UNIT: Final = select(unit).where(unit.c.serial == bindparam("label"))
_LOTS: Final = (
    select(unit_lot.c.component, unit_lot.c.lot)
    .where(unit_lot.c.serial == bindparam("label"))
    .order_by(unit_lot.c.component)
)
_NEWER: Final = (
    select(unit.c.serial)
    .where(unit.c.replaces == bindparam("label"))
    .order_by(unit.c.serial)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One delivered device.

    ``delivered_by`` is what its delivery date rests on: 'proof', 'shipment' or 'estimate', ''
    without a date. ``warranty_until_override`` is a last covered day that was agreed to, with
    ``override_reason``. ``blocked`` says why nothing is owed for it ('stolen'); '' where it is.
    It was sent for the serial ``replaces``, and ``replaced_by`` was sent for it; '' for none.
    ``component_lots`` names the lot by component (``shared.catalogue_entry.Component`` values).
    """

    serial: str
    model: str
    product: str
    batch: str
    buyer: str
    delivered_on: date | None
    delivery_proof: str
    maker: str = ""
    produced_on: date | None = None
    delivered_by: str = ""
    warranty_until_override: date | None = None
    override_reason: str = ""
    blocked: str = ""
    replaces: str = ""
    replaced_by: str = ""
    component_lots: Mapping[str, str] = field(default_factory=dict)
    organisation_id: str = ""


def find(db: Connection, serial: str) -> Unit | None:
    """The delivered device with this label serial; None when the registry has none."""
    asked = {"label": serial}
    row = db.execute(_UNIT, asked).one_or_none()
    if row is None:
        return None
    lots = db.execute(_LOTS, asked)
    newer = db.execute(_NEWER, asked).scalar_one_or_none()
    return _read(row, lots={row.component: row.lot for row in lots}, replaced_by=newer or "")


def spelling_of(db: Connection, scanned: str) -> str:
    """The serial as the registry has it, else in capitals, as labels are printed."""
    return scanned if find(db, scanned) is not None else scanned.upper()


def _read(row: Row[Any], *, lots: Mapping[str, str], replaced_by: str) -> Unit:
    return Unit(
        serial=row.serial,
        organisation_id=row.organisation_id,
        maker=row.maker,
        model=row.model,
        product=row.product,
        batch=row.batch,
        buyer=row.buyer,
        produced_on=row.produced_on,
        delivered_on=row.delivered_on,
        delivered_by=row.delivered_by,
        delivery_proof=row.delivery_proof,
        warranty_until_override=row.warranty_until_override,
        override_reason=row.override_reason,
        blocked=row.blocked,
        replaces=row.replaces,
        replaced_by=replaced_by,
        component_lots=lots,
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


def label_of(db: Connection, scanned: str) -> str:
    """The label serial of the one unit that has this as another name (MAC, ONVIF serial, UID);
    '' where none has, or several: what names two units names neither."""
    named = (alias_of(kind, scanned) for kind in AliasKind)
    found = serials_named(db, (one for one in named if one is not None and is_identity(one)))
    return next(iter(found)) if len(found) == 1 else ""


def aliases_of(db: Connection, serial: str) -> tuple[Alias, ...]:
    """The aliases under which the registry knows this label serial."""
    rows = db.execute(
        select(unit_alias.c.kind, unit_alias.c.value).where(unit_alias.c.serial == serial)
    )
    return tuple(Alias(AliasKind(row.kind), row.value) for row in rows)
