"""Reads a list of faults that somebody reports, CSV or XLSX: reports, and rows refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from collector.claims.report import LONGEST_DESCRIPTION, OTHER, Report, Subject, Tried
from collector.registry.cells import read_count, read_day, read_serial, read_text
from collector.registry.grid import Cell, open_grid
from collector.registry.problem import BadCellError, RowProblem
from shared.catalogue import CATALOGUE

MOST_ROWS: Final = 2000
HEADER_WITHIN: Final = 20
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "serial": ("serial", "serial number", "serial_no", "sn", "s/n", "序列号"),
    "lot": ("lot", "module lot", "batch", "批号", "批次"),
    "quantity": ("quantity", "qty", "pieces", "数量", "件数"),
    "model": ("model", "module", "型号"),
    "fault": ("fault", "code", "fault code", "故障", "故障代码"),
    "since": ("since", "onset", "onset_on", "first seen", "起始日期", "开始日期"),
    "description": ("description", "defect description", "描述", "故障描述"),
    "tried": ("tried", "troubleshooting", "已排查", "排查"),
    "organisation": ("organisation", "organization", "customer", "组织", "客户"),
}
"""Header names of each column, in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One row that could be read."""

    row: int
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportList:
    """A file that was read to its end."""

    rows: tuple[ReportRow, ...] = ()
    refused: tuple[RowProblem, ...] = ()


def read(content: bytes, *, organisation_id: str) -> ReportList:
    """Read a file; ``organisation_id`` holds where a row names none.

    One that cannot be read, or whose header names no fault, refuses everything as row 1.
    """
    try:
        rows = open_grid(content).rows
        columns = _find_header(rows)
        return _read_rows(rows, columns, organisation_id)
    except BadCellError as error:
        return ReportList(refused=(_refused(1, "", error),))


def _find_header(rows: Iterator[tuple[int, tuple[Cell, ...]]]) -> dict[str, int]:
    for number, cells in rows:
        names = [str(cell).strip().casefold() if cell is not None else "" for cell in cells]
        found = {
            column: names.index(name)
            for column, known in COLUMNS.items()
            for name in known
            if name in names
        }
        if "fault" in found and {"serial", "lot"} & found.keys():
            return found
        if number >= HEADER_WITHIN:
            break
    raise BadCellError(
        f"no header with serial (or lot) and fault; known columns: {', '.join(COLUMNS)}",
        f"缺少包含序列号（或批号）与故障的表头；可用列：{'、'.join(COLUMNS)}",
    )


def _read_rows(
    rows: Iterator[tuple[int, tuple[Cell, ...]]], columns: dict[str, int], organisation_id: str
) -> ReportList:
    found: list[ReportRow] = []
    refused: list[RowProblem] = []
    for number, cells in rows:
        if all(cell is None or not str(cell).strip() for cell in cells):
            continue
        named = {name: cells[at] if at < len(cells) else None for name, at in columns.items()}
        try:
            if len(found) >= MOST_ROWS:
                raise BadCellError(
                    f"more than {MOST_ROWS} rows; split the list", f"超过 {MOST_ROWS} 行；请拆分"
                )
            found.append(ReportRow(row=number, report=_read_row(named, organisation_id)))
        except BadCellError as error:
            refused.append(_refused(number, str(named.get("serial") or ""), error))
            if len(found) >= MOST_ROWS:
                break
    return ReportList(rows=tuple(found), refused=tuple(refused))


def _refused(number: int, serial: str, error: BadCellError) -> RowProblem:
    return RowProblem(row=number, serial=serial[:64], why_en=error.en, why_zh=error.zh)


def _read_row(cells: Mapping[str, Cell], organisation_id: str) -> Report:
    lot = read_text("lot", cells.get("lot"), longest=64)
    is_lot = bool(lot) and not _said(cells.get("serial"))
    model = read_text("model", cells.get("model"), longest=80)
    return Report(
        organisation_id=read_text("organisation", cells.get("organisation"), longest=64)
        or organisation_id,
        subject=Subject.MODULE_LOT if is_lot else Subject.UNIT,
        serial="" if is_lot else read_serial("serial", cells.get("serial"), model=model),
        lot=lot if is_lot else "",
        quantity=read_count("quantity", cells["quantity"]) if _said(cells.get("quantity")) else 1,
        model=model,
        code=code_of(read_text("fault", cells.get("fault"), longest=120)),
        onset_on=read_day("since", cells.get("since")),
        description=_description(cells.get("description")),
        tried=tried_of(read_text("tried", cells.get("tried"), longest=300)),
    )


def _said(cell: Cell) -> bool:
    return cell is not None and bool(str(cell).strip())


def _description(cell: Cell) -> str:
    """A description may have lines; everything else of a cell's rules holds."""
    text = " ".join(cell.split()) if isinstance(cell, str) else cell
    return read_text("description", text, longest=LONGEST_DESCRIPTION)


def code_of(text: str) -> str:
    """The code for a code or for a name of the catalogue; BadCellError for neither."""
    code = _codes().get(text.strip().casefold())
    if code is None:
        raise BadCellError(
            f"fault: {text!r} is neither a code nor a name of the fault catalogue; use one of "
            "those (docs/faults.md) or 'other' with a description",
            f"故障：{text!r} 既非目录代码也非目录名称；请使用目录中的代码或名称，或填“其他”并描述",
        )
    return code


@cache
def _codes() -> Mapping[str, str]:
    found = {"other": OTHER, "其他": OTHER, OTHER: OTHER}
    for code, entry in CATALOGUE.items():
        found |= {name.casefold(): code for name in (code, entry.name_en, entry.name_zh)}
    return found


def tried_of(text: str) -> tuple[Tried, ...]:
    """What was tried, by names that commas or semicolons part; BadCellError for an unknown one."""
    names: Sequence[str] = [
        name.strip().casefold().replace(" ", "_")
        for name in text.replace("，", ",").replace("；", ",").replace(";", ",").split(",")
    ]
    known = {one.value: one for one in Tried}
    for name in names:
        if name and name not in known:
            raise BadCellError(
                f"tried: {name!r} is not one of {', '.join(known)}",
                f"已排查：{name!r} 不在 {'、'.join(known)} 之中",
            )
    return tuple(known[name] for name in names if name)
