"""What agents see that the registry does not know for certain, and the units that it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, literal, or_, select

from collector.registry.likeness import Delivered, Reason, Seen, reasons, weight
from collector.store import aliases, unit_images, units
from collector.store.scope import Scope
from collector.store.tables import organisation, position, site, unit, unit_alias
from collector.store.views.registry import visible
from shared.device import Alias, AliasKind, is_identity, is_placeholder

LIMIT: Final = 300
_LOOKED_AT: Final = 3000  # units of the model
_SHOWN: Final = 10
_ENOUGH: Final = 2  # the weight from which a unit is worth a look
_NAMED: Final = 5  # where a name holds the serial, the rest of the lot is only in the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What is the matter with a position: a key of the texts with its values."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A position whose unit is not certain."""

    position_id: int
    name: str
    site_id: str
    site_name: str
    organisation_id: str
    manufacturer: str
    model: str
    label_serial: str
    doubted_serial: str
    aliases: tuple[Alias, ...]  # that may be linked
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unit that it may be, and why."""

    unit: Delivered
    reasons: tuple[Reason, ...]


def list_unmatched(
    db: Connection, scope: Scope, *, only: int = 0, limit: int = LIMIT
) -> tuple[Unmatched, ...]:
    """The positions of the slice that need a person; ``only`` one of them."""
    twice = (
        select(position.c.label_serial, func.count().label("places"))
        .where(position.c.label_serial != "")
        .group_by(position.c.label_serial)
        .having(func.count() > 1)
        .subquery()
    )
    query = (
        select(
            position,
            site.c.name.label("site_name"),
            unit.c.serial.label("registered"),
            twice.c.places,
        )
        .join(site, site.c.id == position.c.site_id)
        .outerjoin(unit, unit.c.serial == position.c.label_serial)
        .outerjoin(twice, twice.c.label_serial == position.c.label_serial)
        .where(
            scope.covers(position.c.organisation_id),
            or_(
                position.c.label_serial == "",
                unit.c.serial.is_(None),
                twice.c.places.is_not(None),
            ),
        )
        .order_by(site.c.name, position.c.name, position.c.id)
        .limit(limit)
    )
    if only:
        query = query.where(position.c.id == only)
    rows = db.execute(query).all()
    stated = {row.id: aliases.read(row.aliases) for row in rows}
    leads = unit_images.owners_of_aliases(
        db, {(a.kind.value, a.value) for named in stated.values() for a in named}
    )
    return tuple(_read(row, stated[row.id], leads) for row in rows)


def _read(
    row: Row[Any], stated: tuple[Alias, ...], leads: Mapping[tuple[str, str], str]
) -> Unmatched:
    real = tuple(one for one in stated if is_identity(one, model=row.model))
    return Unmatched(
        position_id=row.id,
        name=row.name,
        site_id=row.site_id,
        site_name=row.site_name,
        organisation_id=row.organisation_id,
        manufacturer=row.manufacturer,
        model=row.model,
        label_serial=row.label_serial,
        doubted_serial=row.doubted_serial,
        aliases=real,
        doubts=tuple(_doubts(row, stated, real, leads)),
    )


def _doubts(
    row: Row[Any],
    stated: tuple[Alias, ...],
    real: tuple[Alias, ...],
    leads: Mapping[tuple[str, str], str],
) -> list[Doubt]:
    found = [
        Doubt(key="placeholder", values={"value": one.value}) for one in stated if one not in real
    ]
    if row.label_serial and is_placeholder(row.label_serial, model=row.model):
        found.append(Doubt(key="placeholder", values={"value": row.label_serial}))
    serials = sorted({leads[key] for one in real if (key := (one.kind.value, one.value)) in leads})
    if len(serials) > 1:
        found.append(Doubt(key="several", values={"serials": ", ".join(serials)}))
    if row.places is not None:
        values = {"serial": row.label_serial, "n": row.places}
        found.append(Doubt(key="twice", values=values))
    if row.doubted_serial:
        found.append(Doubt(key="doubted", values={"serial": row.doubted_serial}))
    elif row.label_serial and row.registered is None:
        found.append(Doubt(key="unregistered", values={"serial": row.label_serial}))
    elif not row.label_serial:
        found.append(Doubt(key="nothing", values={}))
    return found


def list_candidates(db: Connection, scope: Scope, one: Unmatched) -> tuple[Candidate, ...]:
    """Units of the slice that it may be, the likeliest first; units that hang elsewhere are out."""
    seen = Seen(
        aliases=one.aliases,
        label=one.label_serial or one.doubted_serial,
        model=one.model,
        buyers=_buyers(db, one.organisation_id),
        batches=_batches(db, one),
    )
    found = [
        Candidate(unit=delivered, reasons=why)
        for delivered in _units(db, scope, seen, one)
        if weight(why := reasons(seen, delivered)) >= _ENOUGH
    ]
    found.sort(key=lambda each: (-weight(each.reasons), each.unit.serial))
    if found and weight(found[0].reasons) >= _NAMED:
        found = [each for each in found if weight(each.reasons) >= _NAMED]
    return tuple(found[:_SHOWN])


def _buyers(db: Connection, organisation_id: str) -> frozenset[str]:
    """The organisation and those above it, by name and id: they bought what hangs there."""
    rows = {row.id: row for row in db.execute(select(organisation))}
    found: set[str] = set()
    current: str | None = organisation_id
    while current in rows and current not in found:
        row = rows[current]
        found |= {row.id, row.name.casefold(), row.id.casefold()}
        current = row.parent_id
    return frozenset(found)


def _batches(db: Connection, one: Unmatched) -> frozenset[str]:
    rows = db.execute(
        select(unit.c.batch)
        .join(position, position.c.label_serial == unit.c.serial)
        .where(position.c.site_id == one.site_id, position.c.id != one.position_id)
        .distinct()
    )
    return frozenset(rows.scalars())


def _units(db: Connection, scope: Scope, seen: Seen, one: Unmatched) -> list[Delivered]:
    """Units of the model, and those whose serial lies within what the device calls itself."""
    elsewhere = select(position.c.label_serial).where(
        position.c.label_serial != "", position.c.id != one.position_id
    )
    names = [alias.value for alias in seen.aliases] + [seen.label] * bool(seen.label)
    within = [func.lower(literal(name)).contains(func.lower(unit.c.serial)) for name in names]
    rows = db.execute(
        select(unit.c.serial, unit.c.model, unit.c.buyer, unit.c.batch)
        .where(
            visible(scope),
            unit.c.serial.not_in(elsewhere),
            or_(func.lower(unit.c.model) == seen.model.lower(), *within),
        )
        .order_by(unit.c.delivered_on.is_(None), unit.c.delivered_on.desc(), unit.c.serial)
        .limit(_LOOKED_AT)
    ).all()
    known: dict[str, list[Alias]] = {}
    for row in db.execute(
        select(unit_alias).where(unit_alias.c.serial.in_([row.serial for row in rows]))
    ):
        known.setdefault(row.serial, []).append(Alias(AliasKind(row.kind), row.value))
    return [
        Delivered(
            serial=row.serial,
            model=row.model,
            buyer=row.buyer,
            batch=row.batch,
            aliases=tuple(known.get(row.serial, ())),
        )
        for row in rows
    ]


def is_known(db: Connection, scope: Scope, serial: str) -> bool:
    """Whether the slice holds a unit of this serial."""
    condition = (unit.c.serial == serial, visible(scope))
    return db.execute(select(unit.c.serial).where(*condition)).first() is not None and (
        units.find(db, serial) is not None
    )
