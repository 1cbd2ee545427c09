"""A list as rows of cells, whatever file it came in: CSV as text, XLSX with its own cell types."""

from __future__ import annotations

import csv
import enum
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from collector.registry.problem import UnreadableError

MAX_ROWS: Final = 200_000
LARGEST_FILE: Final = 32 * 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"  # what .xls and password-protected workbooks begin with
_BOM_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class Odd(enum.Enum):
    """A cell of a workbook that is no value for us."""

    FORMULA = "formula"
    ERROR = "error"
    TIME = "time"
    LONG = "long"


class Exact(str):
    """A text cell of a workbook: no spreadsheet has taken it for a number."""

    __slots__ = ()


Cell: TypeAlias = str | int | float | bool | date | Odd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The rows of one sheet, each with the number that its spreadsheet shows."""

    rows: Iterator[tuple[int, tuple[Cell, ...]]]
    sheet: str = ""  # '' for CSV, which has none
    other_sheets: tuple[str, ...] = ()  # that were not read


def open_grid(content: bytes, *, sheet: str = "") -> Grid:
    """The rows of a CSV or XLSX file; ``sheet`` names one, else the first that is not hidden.

    UnreadableError when it is neither, too large, damaged, or has no such sheet.
    """
    if len(content) > LARGEST_FILE:
        limit = LARGEST_FILE // 1024**2
        raise UnreadableError(
            f"the file is larger than {limit} MB; split it", f"文件超过 {limit} MB；请拆分"
        )
    if content.startswith(_ZIP):
        from collector.registry.workbook import open_workbook  # noqa: PLC0415 CSV needs no child

        return open_workbook(content, sheet=sheet)
    if content.startswith(_OLE):
        raise UnreadableError(
            "this is an old or a password-protected workbook; save it as .xlsx without a password",
            "旧格式或带密码的工作簿；请另存为不带密码的 .xlsx",
        )
    if sheet:
        raise UnreadableError("a CSV file has no sheets", "CSV 文件没有工作表")
    return Grid(rows=_read_csv(content))


def _read_csv(content: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    text = _text_of(content)
    if "\0" in text[:4096]:
        raise UnreadableError(
            "this is neither a CSV text nor an .xlsx workbook", "文件既非 CSV 文本也非 .xlsx 工作簿"
        )
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text))
    number = 0
    while True:
        number += 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError(
                f"row {number} cannot be read as CSV: {error}",
                f"第 {number} 行无法按 CSV 读取：{error}",
            ) from error
        yield number, tuple(cells)


def _text_of(content: bytes) -> str:
    if content.startswith(_BOM_UTF16):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")  # what Chinese spreadsheets save
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "the text is neither UTF-8 nor GB 18030; save the list as CSV UTF-8 or as .xlsx",
            "文本既非 UTF-8 也非 GB 18030；请另存为 CSV UTF-8 或 .xlsx",
        ) from error


def _delimiter_of(text: str) -> str:
    lines = text.splitlines()[:10]
    return max(",;\t", key=lambda sign: max((line.count(sign) for line in lines), default=0))
