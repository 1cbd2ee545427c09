"""What one cell may say: text that no spreadsheet destroyed, a day that reads in one way only."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from collector.registry.grid import Cell, Exact, Odd
from collector.registry.problem import BadCellError
from shared.device import half_width, is_placeholder

EXACT_DIGITS: Final = 15  # a spreadsheet's number is a double: more digits are not kept
_SCIENTIFIC: Final = re.compile(r"^\d(\.\d+)?e\+\d+$", re.IGNORECASE)
_ERRORS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_SUSPECT: Final = frozenset("'=+@#")
_MARKED: Final = frozenset("'=+-@")
# The year first has one reading everywhere: 2025-01-31, 2025/1/31, 2025.1.31, 2025年1月31日.
_YEAR_FIRST: Final = re.compile(
    r"^(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日)(?:[ T]00:00(?::00)?)?$"
)
_ODD: Final = {
    Odd.FORMULA: ("a formula, not a value; paste it as values", "单元格为公式；请粘贴为数值"),
    Odd.ERROR: ("the spreadsheet shows an error here", "电子表格此处为错误值"),
    Odd.TIME: ("a time, not a text", "单元格为时间而非文本"),
    Odd.LONG: ("too long", "过长"),
}


def read_text(name: str, cell: Cell, *, longest: int) -> str:
    """The cell as text, '' when empty.

    BadCellError for a formula, an error, a date, a truth value, and a number of more digits than
    a spreadsheet keeps: its end has already been lost.
    """
    if isinstance(cell, str):
        return _plain(name, cell, longest=longest)
    if cell is None:
        return ""
    if isinstance(cell, Odd):
        en, zh = _ODD[cell]
        raise _bad(name, en, zh)
    if isinstance(cell, bool | date):
        raise _bad(
            name,
            f"the spreadsheet made {cell} of it; format the column as text and type it again",
            f"电子表格将其变成了 {cell}；请将该列设为文本后重新输入",
        )
    if abs(cell) >= 10**EXACT_DIGITS:
        raise destroyed(name)
    return str(int(cell)) if cell == int(cell) else repr(cell)


def _plain(name: str, cell: str, *, longest: int) -> str:
    text = cell.strip()
    if text[:1] in _SUSPECT:
        text = _unmasked(name, text)
    if len(text) > longest:
        raise _bad(name, *_ODD[Odd.LONG])
    if not text.isprintable():
        raise _bad(name, "a sign that cannot be printed", "含不可打印字符")
    return text


def _unmasked(name: str, text: str) -> str:
    """The text behind the mark that keeps a cell a text; no formula, no error.

    People and our own lists write it before digits and before what would be calculated; before
    anything else it belongs to the name ('s-Hertogenbosch).
    """
    rest = text[1:].strip()
    if text.startswith("'") and (rest.isdigit() or rest[:1] in _MARKED):
        text = rest
    if text[:1] in ("=", "+", "@"):
        raise _bad(name, "a formula, not a value", "单元格为公式而非数值")
    if text in _ERRORS:
        raise _bad(name, *_ODD[Odd.ERROR])
    return text


def read_serial(name: str, cell: Cell, *, model: str = "") -> str:
    """A serial that names one device; BadCellError for placeholders and what a spreadsheet ate."""
    serial = half_width(read_text(name, cell, longest=64))
    if is_placeholder(serial, model=model):
        raise _bad(name, f"{serial!r} names no single device", f"{serial!r} 无法指明一台设备")
    if not _is_text_for_certain(cell) and _was_a_number(serial):
        raise destroyed(name)
    return serial


def _is_text_for_certain(cell: Cell) -> bool:
    """A text cell of a workbook, or one of CSV that somebody marked as a text."""
    return isinstance(cell, Exact) or (isinstance(cell, str) and cell.lstrip().startswith("'"))


def _was_a_number(serial: str) -> bool:
    """True for what a spreadsheet writes into CSV for a number of more digits than it keeps."""
    digits = serial.isdigit() and len(serial) > EXACT_DIGITS
    return _SCIENTIFIC.match(serial) is not None or (
        digits and not serial[EXACT_DIGITS:].strip("0")
    )


def read_day(name: str, cell: Cell) -> date | None:
    """A calendar day from a date cell or from a text with the year first; None when empty."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise _bad(
            name,
            f"{cell:g} is a number, not a date; format the column as a date or write YYYY-MM-DD",
            f"{cell:g} 是数字而非日期；请将该列设为日期，或写成 YYYY-MM-DD",
        )
    text = read_text(name, cell, longest=40)
    if not text:
        return None
    match = _YEAR_FIRST.match(text)
    if match is None:
        raise _bad(
            name,
            f"{text!r} can be read in more than one way; write YYYY-MM-DD",
            f"{text!r} 有歧义；请写成 YYYY-MM-DD",
        )
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        raise _bad(name, f"there is no day {text!r}", f"不存在日期 {text!r}") from None


def read_count(name: str, cell: Cell) -> int:
    """A whole number, not negative."""
    text = read_text(name, cell, longest=12)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _bad(name, f"{text!r} is no whole number from 0", f"{text!r} 不是从 0 开始的整数")
    return int(text)


def destroyed(name: str) -> BadCellError:
    """The refusal of a number whose last digits a spreadsheet has rounded away."""
    return _bad(
        name,
        "a spreadsheet destroyed it (only 15 digits survive); save the column as text",
        "已被电子表格破坏（仅保留 15 位）；请将该列保存为文本",
    )


def _bad(name: str, en: str, zh: str) -> BadCellError:
    return BadCellError(f"{name}: {en}", f"{name}：{zh}")
