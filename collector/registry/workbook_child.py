"""The child that reads one sheet of a workbook from its standard input, and ends."""

from __future__ import annotations

import io
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from collector.registry.grid import MAX_ROWS, Odd
from collector.registry.workbook_wire import DAY, Opened, Said
from collector.registry.workbook_xml import find_odd_cells

ADDRESS_SPACE_BYTES: Final = 1536 * 1024**2  # 200,000 rows of 20 columns take about 700 MB
CPU_S: Final = 60
_LONGEST: Final = 1200  # of one cell; longer than any column may be
_MOST_COLUMNS: Final = 256
_ENOUGH: Final = MAX_ROWS + 12  # titles and header stand above the rows


class _WrongError(ValueError):
    """What is wrong with the workbook, in both languages."""


def main() -> int:
    """Read the workbook and write what it says."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        opened = _open(content, wanted=sys.argv[1])
    except _WrongError as wrong:
        opened = Opened(wrong=(wrong.args[0], wrong.args[1]))
    except (CalamineError, zipfile.BadZipFile, KeyError) as error:
        said = f"{type(error).__name__}: {error}"[:200]
        opened = Opened(wrong=(f"this is no whole workbook ({said})", f"工作簿不完整（{said}）"))
    sys.stdout.buffer.write(msgspec.msgpack.encode(opened))
    return 0


def _open(content: bytes, *, wanted: str) -> Opened:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    name = _choose(book, wanted)
    odd = find_odd_cells(content, name)
    if odd is None:
        raise _WrongError(
            "the sheet holds formulas whose cells cannot be told; paste it as values",
            "工作表含无法定位的公式；请粘贴为数值",
        )
    sheet = book.get_sheet_by_name(name)
    others = tuple(other for other in book.sheet_names if other != name)
    return Opened(sheet=name, other_sheets=others, rows=tuple(_rows(sheet, odd)))


def _choose(book: CalamineWorkbook, wanted: str) -> str:
    """The sheet that is named, else the first that people can see."""
    names = [one.name for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    if wanted and wanted not in names:
        listed = ", ".join(names)
        raise _WrongError(
            f"no sheet {wanted!r}; there are: {listed}", f"没有工作表 {wanted!r}；现有：{listed}"
        )
    seen = [
        one.name
        for one in book.sheets_metadata
        if one.name in names and one.visible is SheetVisibleEnum.Visible
    ]
    if not wanted and not seen:
        raise _WrongError("the workbook has no visible sheet", "工作簿没有可见的工作表")
    return wanted or seen[0]


def _rows(
    sheet: CalamineSheet, odd: dict[tuple[int, int], Odd]
) -> Iterator[tuple[int, tuple[Said, ...]]]:
    left = sheet.start[1] if sheet.start else 0
    if sheet.end and sheet.end[1] >= _MOST_COLUMNS:
        raise _WrongError(
            f"the sheet has more than {_MOST_COLUMNS} columns", f"工作表超过 {_MOST_COLUMNS} 列"
        )
    by_row: dict[int, dict[int, Odd]] = {}
    for (row, column), what in odd.items():
        by_row.setdefault(row, {})[column] = what
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _ENOUGH:
            break
        said = [None] * left + [_say(cell) for cell in cells]
        for column, what in by_row.get(number, {}).items():
            said += [None] * (column + 1 - len(said))
            said[column] = (what.value, "")
        while said and said[-1] is None:
            said.pop()
        if said:
            yield number, tuple(said)


def _say(cell: object) -> Said:
    if isinstance(cell, str):
        return (cell or None) if len(cell) <= _LONGEST else (Odd.LONG.value, "")
    if isinstance(cell, datetime):
        return (DAY, cell.date().isoformat())
    if isinstance(cell, date):
        return (DAY, cell.isoformat())
    if isinstance(cell, time | timedelta):
        return (Odd.TIME.value, "")
    if isinstance(cell, bool | int | float):
        return cell
    return (Odd.ERROR.value, "")


if __name__ == "__main__":
    sys.exit(main())
