"""Rows of spare_part: what lies in stock, and which of it fits a model and a component."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from collector.registry.part_row import ALL_MODELS
from collector.store.scope import Scope
from collector.store.tables import spare_part


@dataclass(frozen=True, slots=True, kw_only=True)
class SparePart:
    """A spare part at a place, as the last list said at ``imported_at``."""

    id: int
    part_number: str
    name: str
    component: str
    models: tuple[str, ...]
    quantity: int
    place: str
    imported_at: datetime

    def fits(self, model: str) -> bool:
        """Whether the list names this model, or all."""
        wanted = model.casefold()
        return any(one == ALL_MODELS or one.casefold() == wanted for one in self.models)


def fitting(db: Connection, model: str, component: str) -> tuple[SparePart, ...]:
    """Parts for this component (``shared.catalogue_entry.Component`` value) that fit the model,
    the most in stock first; one that is out of stock is among them and says 0."""
    rows = db.execute(select(spare_part).where(spare_part.c.component == component))
    found = [part for part in map(_read, rows) if part.fits(model)]
    return tuple(sorted(found, key=lambda part: (-part.quantity, part.part_number, part.place)))


def in_stock(parts: Sequence[SparePart]) -> int:
    """How many lie there in all."""
    return sum(part.quantity for part in parts)


def list_parts(
    db: Connection, scope: Scope, *, text: str = "", component: str = "", limit: int = 500
) -> tuple[SparePart, ...]:
    """The stock of the slice by component and part number."""
    query = select(spare_part).where(scope.covers(spare_part.c.organisation_id))
    if component:
        query = query.where(spare_part.c.component == component)
    if text:
        query = query.where(
            spare_part.c.part_number.icontains(text, autoescape=True)
            | spare_part.c.name.icontains(text, autoescape=True)
            | spare_part.c.models.icontains(text, autoescape=True)
            | spare_part.c.place.icontains(text, autoescape=True)
        )
    order = (spare_part.c.component, spare_part.c.part_number, spare_part.c.place)
    return tuple(_read(row) for row in db.execute(query.order_by(*order).limit(limit)))


def _read(row: Row[Any]) -> SparePart:
    return SparePart(
        id=row.id,
        part_number=row.part_number,
        name=row.name,
        component=row.component,
        models=tuple(json.loads(row.models)),
        quantity=row.quantity,
        place=row.place,
        imported_at=row.imported_at,
    )
