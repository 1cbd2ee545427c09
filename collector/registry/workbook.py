"""Opens an XLSX workbook in a child process, whose memory and time are bounded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from collector.registry.grid import Cell, Exact, Grid, Odd
from collector.registry.problem import UnreadableError
from collector.registry.workbook_wire import DAY, Opened, Said

WITHIN_S: Final = 60.0  # 200,000 rows take about 3 s


def open_workbook(content: bytes, *, sheet: str = "") -> Grid:
    """The rows of one sheet of a workbook; UnreadableError when the child cannot read it.

    A file may unpack to thousands of times its size, and calamine lays a sheet out whole: what
    would take too much ends the child and is refused here.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "collector.registry.workbook_child", sheet],
            input=content,
            capture_output=True,
            timeout=WITHIN_S,
            check=False,
        )
        opened = msgspec.msgpack.decode(done.stdout, type=Opened)
    except (subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        raise UnreadableError(
            "this workbook cannot be read: it is damaged, or too large when unpacked; "
            "save the one sheet as a new .xlsx or as CSV UTF-8",
            "无法读取此工作簿：已损坏或解压后过大；请将该工作表另存为新的 .xlsx 或 CSV UTF-8",
        ) from error
    if opened.wrong:
        raise UnreadableError(*opened.wrong)
    return Grid(rows=_rows(opened), sheet=opened.sheet, other_sheets=opened.other_sheets)


def _rows(opened: Opened) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    for number, cells in opened.rows:
        yield number, tuple(_cell(said) for said in cells)


def _cell(said: Said) -> Cell:
    if isinstance(said, str):
        return Exact(said)
    if not isinstance(said, tuple):
        return said
    kind, text = said
    return date.fromisoformat(text) if kind == DAY else Odd(kind)
