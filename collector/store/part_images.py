"""One spare part at one place as an image, for imports of stock lists and their undo."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, select

from collector.store.portions import portions
from collector.store.tables import spare_part
from collector.store.upsert import insert_into

_BETWEEN: Final = "\n"  # no cell of a list holds one


class PartImage(msgspec.Struct, frozen=True, kw_only=True):
    """A spare part at a place; fields are only ever added, with a default."""

    component: str
    models: tuple[str, ...]
    quantity: int
    name: str = ""


def key_of(part_number: str, place: str) -> str:
    """What one row of the stock is called in the log of changes."""
    return f"{part_number}{_BETWEEN}{place}"


def read(db: Connection, *, organisation_id: str, keys: Iterable[str]) -> dict[str, PartImage]:
    """The images of these parts of one organisation; unknown ones are not among them."""
    wanted = set(keys)
    found: dict[str, PartImage] = {}
    for some in portions(sorted({key.split(_BETWEEN)[0] for key in wanted})):
        rows = db.execute(
            select(spare_part).where(
                spare_part.c.organisation_id == organisation_id,
                spare_part.c.part_number.in_(some),
            )
        )
        for row in rows:
            if (key := key_of(row.part_number, row.place)) in wanted:
                found[key] = PartImage(
                    component=row.component,
                    models=tuple(json.loads(row.models)),
                    quantity=row.quantity,
                    name=row.name,
                )
    return found


def put(
    db: Connection,
    images: Mapping[str, PartImage | None],
    *,
    organisation_id: str,
    now: datetime,
) -> None:
    """Make the stock hold exactly these images; None takes the part away from its place."""
    for key, image in images.items():
        part_number, _, place = key.partition(_BETWEEN)
        if image is None:
            db.execute(
                delete(spare_part).where(
                    spare_part.c.organisation_id == organisation_id,
                    spare_part.c.part_number == part_number,
                    spare_part.c.place == place,
                )
            )
            continue
        values = {
            "name": image.name,
            "component": image.component,
            "models": json.dumps(image.models, ensure_ascii=False),
            "quantity": image.quantity,
            "imported_at": now,
        }
        db.execute(
            insert_into(db, spare_part)
            .values(organisation_id=organisation_id, part_number=part_number, place=place, **values)
            .on_conflict_do_update(
                index_elements=["organisation_id", "part_number", "place"], set_=values
            )
        )
