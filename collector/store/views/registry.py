"""The registry as people read it: units of their slice by serial, alias, batch or buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from collector.store import units
from collector.store.scope import Scope
from collector.store.tables import (
    batch_document,
    organisation,
    position,
    unit,
    unit_alias,
    unit_lot,
)
from collector.store.units import Unit

LIMIT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFilter:
    """What the list shows; '' means all. ``text`` is looked for in serial, alias, batch, buyer."""

    text: str = ""
    batch: str = ""
    buyer: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitHit:
    """One unit of the list."""

    serial: str
    maker: str
    model: str
    batch: str
    buyer: str
    delivered_on: date | None
    delivered_by: str
    blocked: str
    replaces: str
    position_id: int | None  # where it hangs, inside the slice
    position_name: str
    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch of a model as it was delivered."""

    batch: str
    model: str
    maker: str
    units: int
    buyers: int
    first_on: date | None
    last_on: date | None
    documents: int


def visible(scope: Scope) -> ColumnElement[bool]:
    """Units of the slice: owned in it, sold to one of its organisations, or hanging there.

    A buyer is an organisation when the list names it by its name or its id.
    """
    own = scope.covers(organisation.c.id)
    names = select(func.lower(organisation.c.name)).where(own)
    ids = select(func.lower(organisation.c.id)).where(own)
    buyer = func.lower(unit.c.buyer)
    place = position.alias("own_place")
    hangs = unit.c.serial.in_(
        select(place.c.label_serial).where(scope.covers(place.c.organisation_id))
    )
    return or_(scope.covers(unit.c.organisation_id), buyer.in_(names), buyer.in_(ids), hangs)


def search(
    db: Connection, scope: Scope, wanted: UnitFilter, *, after: str = "", limit: int = LIMIT
) -> tuple[UnitHit, ...]:
    """Units by serial, from the one behind ``after``."""
    here = (
        select(position.c.label_serial, func.min(position.c.id).label("id"))
        .where(position.c.label_serial != "", scope.covers(position.c.organisation_id))
        .group_by(position.c.label_serial)
        .subquery()
    )
    rows = db.execute(
        select(
            unit,
            position.c.id.label("position_id"),
            position.c.name.label("position_name"),
            position.c.site_id,
        )
        .outerjoin(here, here.c.label_serial == unit.c.serial)
        .outerjoin(position, position.c.id == here.c.id)
        .where(visible(scope), *_conditions(wanted), unit.c.serial > after)
        .order_by(unit.c.serial)
        .limit(limit)
    )
    return tuple(
        UnitHit(
            serial=row.serial,
            maker=row.maker,
            model=row.model,
            batch=row.batch,
            buyer=row.buyer,
            delivered_on=row.delivered_on,
            delivered_by=row.delivered_by,
            blocked=row.blocked,
            replaces=row.replaces,
            position_id=row.position_id,
            position_name=row.position_name or "",
            site_id=row.site_id or "",
        )
        for row in rows
    )


def _conditions(wanted: UnitFilter) -> list[ColumnElement[bool]]:
    exact = {unit.c.batch: wanted.batch, unit.c.buyer: wanted.buyer, unit.c.model: wanted.model}
    found = [column == value for column, value in exact.items() if value]
    if wanted.text:
        named = select(unit_alias.c.serial).where(
            unit_alias.c.value.icontains(wanted.text, autoescape=True)
        )
        lots = select(unit_lot.c.serial).where(
            unit_lot.c.lot.icontains(wanted.text, autoescape=True)
        )
        found.append(
            or_(
                *(
                    column.icontains(wanted.text, autoescape=True)
                    for column in (unit.c.serial, unit.c.batch, unit.c.buyer)
                ),
                unit.c.serial.in_(named),
                unit.c.serial.in_(lots),
            )
        )
    return found


def count(db: Connection, scope: Scope) -> int:
    """How many units the slice holds."""
    return db.execute(select(func.count()).select_from(unit).where(visible(scope))).scalar_one()


def list_batches(db: Connection, scope: Scope, *, limit: int = 200) -> tuple[Batch, ...]:
    """Batches of the slice, the last delivered first."""
    counted = select(batch_document.c.batch, func.count().label("documents"))
    papers = {
        row.batch: int(row.documents)
        for row in db.execute(counted.group_by(batch_document.c.batch))
    }
    last = func.max(unit.c.delivered_on)
    rows = db.execute(
        select(
            unit.c.batch,
            unit.c.model,
            func.max(unit.c.maker).label("maker"),
            func.count().label("units"),
            func.count(unit.c.buyer.distinct()).label("buyers"),
            func.min(unit.c.delivered_on).label("first_on"),
            last.label("last_on"),
        )
        .where(visible(scope), unit.c.batch != "")
        .group_by(unit.c.batch, unit.c.model)
        .order_by(last.is_(None), last.desc(), unit.c.batch)
        .limit(limit)
    )
    return tuple(
        Batch(
            batch=row.batch,
            model=row.model,
            maker=row.maker,
            units=row.units,
            buyers=row.buyers,
            first_on=row.first_on,
            last_on=row.last_on,
            documents=papers.get(row.batch, 0),
        )
        for row in rows
    )


def list_choices(db: Connection, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The models and buyers of the slice, for filters."""
    found: dict[str, tuple[str, ...]] = {}
    for name, column in (("model", unit.c.model), ("buyer", unit.c.buyer)):
        rows = db.execute(
            select(column)
            .where(visible(scope), column != "")
            .distinct()
            .order_by(column)
            .limit(300)
        )
        found[name] = tuple(rows.scalars())
    return found


def find(db: Connection, scope: Scope, serial: str) -> Unit | None:
    """The unit; None when the registry has none, or it lies outside the slice."""
    seen = db.execute(select(unit.c.serial).where(unit.c.serial == serial, visible(scope))).first()
    return units.find(db, serial) if seen else None


def sees_batch(db: Connection, scope: Scope, batch: str) -> bool:
    """Whether a unit of this batch lies in the slice."""
    condition: tuple[Any, ...] = (unit.c.batch == batch, visible(scope))
    return db.execute(select(unit.c.serial).where(*condition).limit(1)).first() is not None
