"""All that the registry holds of one serial as one image: compared, written and put back whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, CursorResult, delete, select

from collector.store.portions import portions
from collector.store.tables import unit, unit_alias, unit_lot
from collector.store.upsert import insert_into, insert_tuples


class UnitImage(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with its aliases and lots, each sorted; equal images are the same row.

    Fields are only ever added, with a default: images of earlier imports must still read.
    """

    organisation_id: str
    model: str
    product: str
    maker: str = ""
    batch: str = ""
    buyer: str = ""
    produced_on: date | None = None
    delivered_on: date | None = None
    delivered_by: str = ""
    delivery_proof: str = ""
    warranty_until_override: date | None = None
    override_reason: str = ""
    blocked: str = ""
    replaces: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    lots: tuple[tuple[str, str], ...] = ()


COLUMNS: Final = tuple(
    name for name in UnitImage.__struct_fields__ if name not in ("aliases", "lots")
)


def read(db: Connection, serials: Iterable[str]) -> dict[str, UnitImage]:
    """The images of these serials; one that the registry does not know is not among them."""
    found: dict[str, UnitImage] = {}
    for some in portions(sorted(set(serials))):
        aliases = _pairs(
            db.execute(
                select(unit_alias.c.serial, unit_alias.c.kind, unit_alias.c.value)
                .where(unit_alias.c.serial.in_(some))
                .order_by(unit_alias.c.kind, unit_alias.c.value)
            )
        )
        lots = _pairs(
            db.execute(
                select(unit_lot.c.serial, unit_lot.c.component, unit_lot.c.lot)
                .where(unit_lot.c.serial.in_(some))
                .order_by(unit_lot.c.component)
            )
        )
        for row in db.execute(select(unit).where(unit.c.serial.in_(some))):
            found[row.serial] = UnitImage(
                **{name: getattr(row, name) for name in COLUMNS},
                aliases=tuple(aliases.get(row.serial, ())),
                lots=tuple(lots.get(row.serial, ())),
            )
    return found


def spelled_otherwise(db: Connection, serials: Iterable[str]) -> dict[str, str]:
    """The registry's own spelling of each of these serials that it has in other case alone."""
    wanted: dict[str, str] = {}
    for serial in serials:
        wanted.update({one: serial for one in (serial.upper(), serial.lower()) if one != serial})
    found: dict[str, str] = {}
    for some in portions(sorted(wanted)):
        rows = db.execute(select(unit.c.serial).where(unit.c.serial.in_(some)))
        found.update({wanted[row.serial]: row.serial for row in rows})
    return found


def _pairs(rows: CursorResult[Any]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for serial, one, other in map(tuple, rows):
        found.setdefault(serial, []).append((one, other))
    return found


def owners_of_aliases(
    db: Connection, aliases: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The serial to which each of these aliases leads, where one does."""
    found: dict[tuple[str, str], str] = {}
    by_kind: dict[str, list[str]] = {}
    for kind, value in aliases:
        by_kind.setdefault(kind, []).append(value)
    for kind, values in by_kind.items():
        for some in portions(sorted(set(values))):
            rows = db.execute(
                select(unit_alias.c.value, unit_alias.c.serial).where(
                    unit_alias.c.kind == kind, unit_alias.c.value.in_(some)
                )
            )
            found.update({(kind, row.value): row.serial for row in rows})
    return found


def replacements_of(db: Connection, serials: Iterable[str]) -> dict[str, str]:
    """The serial that was sent for each of these, where one was."""
    found: dict[str, str] = {}
    for some in portions(sorted({serial for serial in serials if serial})):
        rows = db.execute(select(unit.c.replaces, unit.c.serial).where(unit.c.replaces.in_(some)))
        found.update({row.replaces: row.serial for row in rows})
    return found


def put(db: Connection, images: Mapping[str, UnitImage | None], *, now: datetime) -> None:
    """Make the registry hold exactly these images; None takes the serial out."""
    for some in portions(images.items()):
        serials = [serial for serial, _ in some]
        for table in (unit_alias, unit_lot):
            db.execute(delete(table).where(table.c.serial.in_(serials)))
        gone = [serial for serial, image in some if image is None]
        if gone:
            db.execute(delete(unit).where(unit.c.serial.in_(gone)))
        kept = [(serial, image) for serial, image in some if image is not None]
        if kept:
            added = insert_into(db, unit)
            db.execute(
                added.on_conflict_do_update(
                    index_elements=["serial"],
                    set_={name: added.excluded[name] for name in (*COLUMNS, "imported_at")},
                ),
                [_columns(serial, image, now) for serial, image in kept],
            )
            insert_tuples(
                db,
                unit_alias,
                ("kind", "value", "serial", "organisation_id"),
                [
                    (kind, value, serial, image.organisation_id)
                    for serial, image in kept
                    for kind, value in image.aliases
                ],
            )
            insert_tuples(
                db,
                unit_lot,
                ("component", "lot", "serial", "organisation_id"),
                [
                    (component, lot, serial, image.organisation_id)
                    for serial, image in kept
                    for component, lot in image.lots
                ],
            )


def _columns(serial: str, image: UnitImage, now: datetime) -> dict[str, object]:
    found: dict[str, object] = {name: getattr(image, name) for name in COLUMNS}
    return {**found, "serial": serial, "imported_at": now}
