"""Lists for spreadsheets in which every cell is a text: nothing is rounded, nothing is run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

# What a spreadsheet takes for a formula, or skips before one (OWASP, CSV injection).
_DANGER: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_EXACT_DIGITS: Final = 15
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no XML holds them


def guard(text: str) -> str:
    """The cell for CSV: behind an apostrophe when a spreadsheet would calculate or round it.

    The importer of ``collector.registry`` takes one apostrophe away again.
    """
    too_long = text.isdigit() and len(text) > _EXACT_DIGITS
    return f"'{text}" if text.startswith(_DANGER) or too_long else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file, UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(header)
    table.writerows([guard(_CONTROL.sub("", cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet whose cells are all texts, whatever they begin with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)

    def cell(text: str) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value="")
        made.value = _CONTROL.sub("", text)
        made.data_type = "s"  # "=..." would be taken for a formula
        made.number_format = "@"
        made.quotePrefix = text.startswith(_DANGER)  # stays a text when somebody edits it
        return made

    for row in (header, *rows):
        sheet.append([cell(text) for text in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
