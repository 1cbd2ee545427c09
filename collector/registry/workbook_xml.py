"""Cells of a sheet that hold a formula or an error: calamine gives only the last result of the
one, and nothing at all for the other."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final
from xml.etree import ElementTree as ET  # of workbook.xml alone, whose size is bounded

from collector.registry.grid import Odd

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_SMALL: Final = 4 * 1024**2  # workbook.xml and its relations
_PIECE: Final = 1024**2
_LONGEST_ROW: Final = 16 * 1024**2
_ROW_ENDS: Final = re.compile(rb"</(?:\w+:)?row>")
_MARKS: Final = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt=[\"']e[\"']")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b(?P<said>[^>]*)>(?P<formula>\s*<(?:\w+:)?f[\s/>])?", re.ASCII
)
_PLACE: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ERROR: Final = re.compile(rb"\bt=[\"']e[\"']")


def find_odd_cells(content: bytes, sheet: str) -> dict[tuple[int, int], Odd] | None:
    """What is odd at (row from 1, column from 0); None when formulas stand at no known place.

    BadZipFile or KeyError when this is no whole workbook, or has no such sheet.
    """
    found: dict[tuple[int, int], Odd] = {}
    book = zipfile.ZipFile(io.BytesIO(content))
    with book, book.open(_path_of(book, sheet)) as stream:
        rest = b""
        while piece := stream.read(_PIECE):
            rest += piece
            whole = max((match.end() for match in _ROW_ENDS.finditer(rest)), default=0)
            if not _look(rest[:whole], found):
                return None
            rest = rest[whole:]
            if len(rest) > _LONGEST_ROW:
                raise zipfile.BadZipFile("a row without an end")
    return found if _look(rest, found) else None


def _look(rows: bytes, found: dict[tuple[int, int], Odd]) -> bool:
    """Note the odd cells of these rows; False when a formula's cell does not say where it is."""
    if not _MARKS.search(rows):
        return True
    formulas = 0
    for cell in _CELL.finditer(rows):
        is_error = _ERROR.search(cell["said"]) is not None
        if not cell["formula"] and not is_error:
            continue
        place = _PLACE.search(cell["said"])
        if place is None:
            return False
        formulas += cell["formula"] is not None
        at = int(place[2]), _column(place[1])
        found[at] = Odd.FORMULA if cell["formula"] else Odd.ERROR
    return formulas == sum(1 for _ in _FORMULA.finditer(rows))


def _column(letters: bytes) -> int:
    """The column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _path_of(book: zipfile.ZipFile, sheet: str) -> str:
    """The part of the package that holds a sheet."""
    relations = {
        one.get("Id", ""): one.get("Target", "")
        for one in _parse(book, "xl/_rels/workbook.xml.rels")
    }
    tree = _parse(book, "xl/workbook.xml")
    for space in (_MAIN, _STRICT):
        for one in tree.iter(f"{space}sheet"):
            if one.get("name") == sheet:
                ids = [value for name, value in one.attrib.items() if name.endswith("}id")]
                target = relations[ids[0]] if ids else ""
                return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def _parse(book: zipfile.ZipFile, name: str) -> ET.Element:
    if book.getinfo(name).file_size > _SMALL:
        raise zipfile.BadZipFile(f"{name} is too large")
    return ET.fromstring(book.read(name))
