"""The exported list: serials come back as they were, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from python_calamine import CalamineWorkbook

from collector.registry.cells import read_serial
from collector.rma_list import COLUMNS, write_list
from collector.store.views.rma_list import RmaLine

SERIALS = ("220000000000000000", "000000000000000012", "220100004711000000", "SL26000002")
LINE = RmaLine(
    id=1,
    number="PC-2026-000001",
    rma_number="RMA-7",
    serial="",
    quantity=1,
    maker="Southlight",
    model="SL-BULLET-5",
    batch="LOT-2026-07",
    buyer="North Trading",
    site="Quarry",
    component="battery",
    codes=("battery.not_charging",),
    state="approved",
    path="replace_unit",
    origin="factory",
    warranty="in",
    warranty_until=date(2028, 3, 14),
    delivered_on=date(2026, 3, 14),
    replacement="",
    opened_at=datetime(2026, 11, 1, tzinfo=UTC),
    submitted_at=None,
    fulfilled_at=None,
    closed_at=None,
)
EVIL = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "'=1",
    "＝1",
    "a\x07b",
)


def from_xlsx(content: bytes, column: str) -> list[object]:
    """What calamine reads in a column, below its header."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    at = rows[0].index(column)
    return [row[at] for row in rows[1:]]


def from_csv(content: bytes, column: str) -> list[str]:
    """The cells of a column of a CSV file as they stand there."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [row[column] for row in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_serials_of_18_digits_read_back_equal(language: str) -> None:
    """calamine gives the workbook's serials as the texts that were written, to the last digit."""
    lines = [replace(LINE, serial=serial) for serial in SERIALS]
    content = write_list(lines, kind="xlsx", language=language)

    assert from_xlsx(content, "serial") == list(SERIALS)
    read = from_csv(write_list(lines, kind="csv", language=language), "serial")
    assert [read_serial("serial", cell) for cell in read] == list(SERIALS)
    assert all(not cell.isdigit() for cell in read)  # a spreadsheet would round it


def test_no_cell_is_a_formula() -> None:
    """Whatever a name begins with, it is a text cell in XLSX and guarded in CSV."""
    lines = [replace(LINE, buyer=text) for text in EVIL]
    content = write_list(lines, kind="xlsx", language="en")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")

    assert from_xlsx(content, "buyer")[0] == EVIL[0]
    for cell in from_csv(write_list(lines, kind="csv", language="en"), "buyer"):
        assert cell[0] not in "=+-@\t\r\n＝＋－＠"


def test_list_speaks_the_language_and_keeps_its_columns() -> None:
    """States and faults are in the reader's language; the header is the same for programs."""
    text = write_list([LINE], kind="csv", language="zh").decode("utf-8-sig")

    assert "已批准" in text
    assert text.splitlines()[0] == ",".join(f'"{name}"' for name in COLUMNS)
