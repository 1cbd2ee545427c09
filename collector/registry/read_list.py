"""Reads a list, CSV or XLSX: rows to import, and rows refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from collector.registry.grid import MAX_ROWS, Cell, Grid, open_grid
from collector.registry.header import HEADER_WITHIN, Columns, ListKind, find_columns
from collector.registry.part_row import PartRow, read_part
from collector.registry.problem import BadCellError, RowProblem
from collector.registry.unit_row import UnitRow, read_unit

_SHOWN_SERIAL: Final = 64
_Rows: TypeAlias = Iterator[tuple[int, tuple[Cell, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A file that was read to its end."""

    kind: ListKind = ListKind.UNITS
    rows: tuple[UnitRow, ...] = ()
    parts: tuple[PartRow, ...] = ()
    refused: tuple[RowProblem, ...] = ()
    sheet: str = ""  # that was read; '' for CSV
    other_sheets: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # columns that mean nothing to us


def read_list(content: bytes, *, sheet: str = "") -> List:
    """Read a file; one that cannot be read, or names no serial, refuses everything as row 1."""
    try:
        grid = open_grid(content, sheet=sheet)
        number, columns = _find_header(grid.rows)
        return _read_rows(grid, columns, after=number)
    except BadCellError as error:
        problem = RowProblem(row=1, serial="", why_en=error.en, why_zh=error.zh)
        return List(refused=(problem,), sheet=sheet)


def _find_header(rows: _Rows) -> tuple[int, Columns]:
    """The first row that names what we need; titles may stand above it."""
    first: BadCellError | None = None
    for number, cells in rows:
        if not _is_empty(cells):
            try:
                return number, find_columns(cells)
            except BadCellError as error:
                first = first or error
        if number >= HEADER_WITHIN:
            break
    raise first or BadCellError("the file is empty", "文件为空")


def _read_rows(grid: Grid, columns: Columns, *, after: int) -> List:
    units: list[UnitRow] = []
    parts: list[PartRow] = []
    refused: list[RowProblem] = []
    seen: dict[str, int] = {}
    for number, cells in grid.rows:
        if _is_empty(cells):
            continue
        try:
            if number > MAX_ROWS + after:
                raise BadCellError(f"more than {MAX_ROWS} rows", f"超过 {MAX_ROWS} 行")
            if columns.kind is ListKind.PARTS:
                part = read_part(number, cells, columns)
                _check_unique({f"part {part.part_number} at {part.place or '-'}"}, number, seen)
                parts.append(part)
            else:
                unit = read_unit(number, cells, columns)
                _check_unique(_keys(unit), number, seen)
                units.append(unit)
        except BadCellError as error:
            refused.append(_problem(number, cells, columns, error))
            if number > MAX_ROWS + after:
                break
    return List(
        kind=columns.kind,
        rows=tuple(units),
        parts=tuple(parts),
        refused=tuple(refused),
        sheet=grid.sheet,
        other_sheets=grid.other_sheets,
        ignored=columns.ignored,
    )


def _is_empty(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _keys(unit: UnitRow) -> set[str]:
    return {f"serial {unit.serial.upper()}"} | {
        f"{alias.kind.value} {alias.value}" for alias in unit.aliases
    }


def _check_unique(keys: set[str], number: int, seen: dict[str, int]) -> None:
    for key in sorted(keys):
        if key in seen:
            raise BadCellError(
                f"{key} is already in row {seen[key]}", f"{key} 已在第 {seen[key]} 行出现"
            )
    seen.update(dict.fromkeys(keys, number))


def _problem(
    number: int, cells: Sequence[Cell], columns: Columns, error: BadCellError
) -> RowProblem:
    key = "part_number" if columns.kind is ListKind.PARTS else "serial"
    cell = columns.cell(key, cells)
    said = cell.strip() if isinstance(cell, str) else ""
    return RowProblem(row=number, serial=said[:_SHOWN_SERIAL], why_en=error.en, why_zh=error.zh)
