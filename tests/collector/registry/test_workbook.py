"""Lists in workbooks: cells keep their types, what a spreadsheet destroyed is refused by row."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from collector.registry import workbook
from collector.registry.cells import read_text
from collector.registry.header import ListKind
from collector.registry.read_list import List, read_list

HEAD = ["serial", "model", "delivered_on"]
NAIVE = datetime(2025, 2, 2, 10, 30)  # noqa: DTZ001 a spreadsheet knows no zones
SERIAL = "220100004711000000"  # 18 digits, whose end no spreadsheet rounded to zeros


def book(*rows: list[object], sheet: str = "Deliveries", title: bool = False) -> openpyxl.Workbook:
    """A workbook of one sheet with these rows under a header."""
    made = openpyxl.Workbook()
    page = made.active
    assert isinstance(page, Worksheet)
    page.title = sheet
    if title:
        page.append(["Southlight Works: deliveries 2025"])
        page.append([])
    for row in (HEAD, *rows):
        page.append(row)
    return made


def read(made: openpyxl.Workbook, *, sheet: str = "") -> List:
    """What the importer says of a workbook."""
    stream = io.BytesIO()
    made.save(stream)
    return read_list(stream.getvalue(), sheet=sheet)


def test_text_serial_and_date_cell_are_kept_exactly() -> None:
    """18 digits as text stay 18 digits, a date cell is its day whatever its format shows."""
    found = read(book([SERIAL, "SC-1", date(2025, 2, 1)], [7012345, "SC-1", NAIVE]))

    assert [(one.serial, one.delivered_on) for one in found.rows] == [
        (SERIAL, date(2025, 2, 1)),
        ("7012345", date(2025, 2, 2)),
    ]
    assert found.refused == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param([123456789012345678, "M", None], "only 15 digits survive", id="18 digits"),
        pytest.param([1234567890123456, "M", None], "only 15 digits survive", id="16 digits"),
        pytest.param(['="SC"&"1001"', "M", None], "serial: a formula", id="formula"),
        pytest.param(["SC1001", "=A1", None], "model: a formula", id="formula elsewhere"),
        pytest.param(["SC1001", "M", "=TODAY()"], "delivered_on: a formula", id="formula date"),
        pytest.param(["SC1001", "M", 45678], "is a number, not a date", id="number as date"),
        pytest.param(["SC1001", "M", "01/02/2025"], "more than one way", id="text date"),
        pytest.param(["SC1001", date(2025, 3, 4), None], "model: the spreadsheet made", id="3-4"),
        pytest.param(["SC1001", True, None], "model: the spreadsheet made True", id="truth"),
        pytest.param([time(3, 4), "M", None], "serial: a time", id="time"),
        pytest.param(["SC1001", "#N/A", None], "an error", id="error as text"),
        pytest.param(["S" * 3000, "M", None], "serial: too long", id="long"),
    ],
)
def test_refused_cell_is_named_by_its_row(row: list[object], why: str) -> None:
    """The row has the number that the spreadsheet shows, and its neighbours are read."""
    found = read(book(["SC24010001", "SC-1", None], row, ["SC24010002", "SC-1", None], title=True))

    assert [one.row for one in found.rows] == [4, 6]
    ((number, said),) = [(problem.row, problem.why_en) for problem in found.refused]
    assert number == 5
    assert why in said


def test_error_cell_is_no_empty_cell() -> None:
    """calamine gives '' for #N/A: an error is told, not taken for nothing said."""
    made = book(["SC24010001", "SC-1", None])
    page = made.active
    assert isinstance(page, Worksheet)
    page["C2"] = "#N/A"
    page["C2"].data_type = "e"
    found = read(made)

    assert found.rows == ()
    assert "delivered_on: the spreadsheet shows an error" in found.refused[0].why_en


def test_sheet_that_is_read_is_said() -> None:
    """The first visible sheet, or the one that is named; the others are named as not read."""
    made = book(["SC24010001", "SC-1", None])
    hidden = made.create_sheet("Old", 0)
    hidden.sheet_state = "hidden"
    more = made.create_sheet("More")
    more.append(HEAD)
    more.append(["SC24010002", "SC-1", None])
    first, second = read(made), read(made, sheet="More")

    assert (first.sheet, first.other_sheets) == ("Deliveries", ("Old", "More"))
    assert [one.serial for one in first.rows] == ["SC24010001"]
    assert (second.sheet, [one.serial for one in second.rows]) == ("More", ["SC24010002"])
    assert "no sheet 'Nope'" in read(made, sheet="Nope").refused[0].why_en


def test_stock_list_is_told_by_its_header() -> None:
    """Part number, component, quantity: a list of spare parts, in Chinese too."""
    made = openpyxl.Workbook()
    page = made.active
    assert isinstance(page, Worksheet)
    page.append(["料号", "部件", "数量", "适用型号", "库位"])
    page.append(["BAT-18650", "电池", 40, "SC-1, SC-2", "Shenzhen"])
    page.append(["IRC-7", "ir_cut", 2.5, None, "Shenzhen"])
    found = read(made)

    assert found.kind is ListKind.PARTS
    ((part,), (problem,)) = found.parts, found.refused
    assert (part.component.value, part.models, part.quantity) == ("battery", ("SC-1", "SC-2"), 40)
    assert problem.why_en == "quantity: '2.5' is no whole number from 0"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04 and nothing more", id="no zip"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(64), id="xls"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", id="png"),
        pytest.param(b"", id="empty"),
    ],
)
def test_file_that_is_no_list_is_refused_whole(content: bytes) -> None:
    """Nothing is read, and the reason is in both languages."""
    found = read_list(content)

    assert (found.rows, found.parts) == ((), ())
    assert found.refused[0].why_en
    assert found.refused[0].why_zh


def test_workbook_that_unpacks_without_end_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell in the last corner of a sheet would be 17 billion cells: refused, not laid out."""
    monkeypatch.setattr(workbook, "WITHIN_S", 20.0)
    made = book(["SC24010001", "SC-1", None])
    page = made.active
    assert isinstance(page, Worksheet)
    page["XFD1048576"] = "x"
    found = read(made)

    assert found.rows == ()
    assert "workbook" in found.refused[0].why_en or "columns" in found.refused[0].why_en


def test_formula_in_a_cell_without_a_place_refuses_the_sheet() -> None:
    """Where a formula stands must be known: a sheet that does not say so is not trusted."""
    stream, changed = io.BytesIO(), io.BytesIO()
    book(["SC24010001", "=1+1", None]).save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'<c r="B2"', b"<c")
            new.writestr(name, content)
    found = read_list(changed.getvalue())

    assert found.rows == ()
    assert "formulas whose cells cannot be told" in found.refused[0].why_en


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        pytest.param("'0012345", "0012345", id="digits kept as text"),
        pytest.param("'-12 V kit", "-12 V kit", id="guarded sign"),
        pytest.param("'s-Hertogenbosch", "'s-Hertogenbosch", id="a name that begins so"),
        pytest.param("''=x", "'=x", id="our own guard before an apostrophe"),
    ],
)
def test_apostrophe_is_taken_away_only_where_it_marks_a_text(cell: str, said: str) -> None:
    """A mark before digits and signs is no part of the value; before a name it is."""
    assert read_text("buyer", cell, longest=40) == said
