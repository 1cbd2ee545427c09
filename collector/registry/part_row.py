"""One row of a stock list: how many of a spare part lie where, and which models it fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from collector.registry.cells import read_count, read_text
from collector.registry.grid import Cell
from collector.registry.header import Columns, component_of
from collector.registry.problem import BadCellError
from shared.catalogue_entry import Component

ALL_MODELS: Final = "*"
_BETWEEN: Final = re.compile(r"[,;，；、\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A spare part at a place; ``models`` ('*',) fits all."""

    row: int
    part_number: str
    name: str
    component: Component
    models: tuple[str, ...]
    quantity: int
    place: str


def read_part(row: int, cells: Sequence[Cell], columns: Columns) -> PartRow:
    """The part of a row; BadCellError names the column that cannot be taken."""
    number = read_text("part_number", columns.cell("part_number", cells), longest=80)
    if not number:
        raise BadCellError("part_number: empty", "料号为空")
    said = read_text("component", columns.cell("component", cells), longest=40)
    component = component_of(said)
    if component is None:
        known = ", ".join(part.value for part in Component if part is not Component.NONE)
        raise BadCellError(
            f"component: {said!r} is not one of {known}", f"部件 {said!r} 不在 {known} 之中"
        )
    models = read_text("models", columns.cell("models", cells), longest=1000)
    fits = tuple(sorted({part.strip() for part in _BETWEEN.split(models) if part.strip()}))
    return PartRow(
        row=row,
        part_number=number,
        name=read_text("name", columns.cell("name", cells), longest=200),
        component=component,
        models=fits or (ALL_MODELS,),
        quantity=read_count("quantity", columns.cell("quantity", cells)),
        place=read_text("place", columns.cell("place", cells), longest=120),
    )
