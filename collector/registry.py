"""Reads a delivery list (CSV): rows to import, and rows refused with the reason. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.device import Alias, AliasKind, Product, alias_of, is_placeholder

# Header names as lists from factories and spreadsheets write them; all lower case.
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "serial": ("serial", "serial number", "serial_no", "label serial", "sn", "s/n", "序列号"),
    "model": ("model", "model name", "型号"),
    "product": ("product", "product line", "产品", "产品线"),
    "batch": ("batch", "lot", "batch no", "production lot", "批次", "批号"),
    "buyer": ("buyer", "customer", "sold to", "买方", "客户"),
    "delivered_on": ("delivered_on", "delivered", "delivery date", "delivery_date", "交付日期"),
    "delivery_proof": ("delivery_proof", "proof", "proof of delivery", "交付凭证"),
    "onvif_serial": ("onvif_serial", "onvif serial", "onvif序列号"),
    "mac": ("mac", "mac address", "mac_address", "mac地址"),
    "uid": ("uid", "p2p uid", "p2p id"),
}
REQUIRED: Final = ("serial", "model")
MAX_ROWS: Final = 200_000
_LENGTHS: Final = {"serial": 64, "model": 80, "batch": 80, "buyer": 120, "delivery_proof": 200}
_SCIENTIFIC: Final = re.compile(r"^\d(\.\d+)?e\+\d+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One delivered device as the file states it; ``row`` counts from 1, the header being 1."""

    row: int
    serial: str
    model: str
    product: Product
    batch: str
    buyer: str
    delivered_on: date | None
    delivery_proof: str
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that is not imported, and why."""

    row: int
    serial: str
    why_en: str
    why_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryList:
    """A file that was read to its end."""

    rows: tuple[UnitRow, ...]
    refused: tuple[RowProblem, ...]


class _BadCellError(ValueError):
    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


def parse(content: bytes) -> DeliveryList:
    """Read a CSV file; a header that names no serial refuses everything as row 1."""
    table = csv.reader(io.StringIO(_text_of(content), newline=""), _dialect_of(content))
    try:
        columns = _columns(next(table, []))
    except _BadCellError as error:
        problem = RowProblem(row=1, serial="", why_en=error.en, why_zh=error.zh)
        return DeliveryList(rows=(), refused=(problem,))
    rows: list[UnitRow] = []
    refused: list[RowProblem] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        named = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        try:
            if number > MAX_ROWS:
                raise _BadCellError(f"more than {MAX_ROWS} rows", f"超过 {MAX_ROWS} 行")
            row = _row(number, named)
            _check_unique(row, seen)
        except _BadCellError as error:
            refused.append(
                RowProblem(
                    row=number,
                    serial=named.get("serial", "")[:64],
                    why_en=error.en,
                    why_zh=error.zh,
                )
            )
            if number > MAX_ROWS:
                break
        else:
            rows.append(row)
    return DeliveryList(rows=tuple(rows), refused=tuple(refused))


def _text_of(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")  # what Chinese spreadsheets save


def _dialect_of(content: bytes) -> type[csv.Dialect]:
    header = _text_of(content.split(b"\n", 1)[0])
    best = max(",;\t", key=header.count)

    class Found(csv.excel):
        delimiter = best

    return Found


def _columns(header: list[str]) -> dict[str, int]:
    names = [cell.strip().casefold() for cell in header]
    found: dict[str, int] = {}
    for column, synonyms in SYNONYMS.items():
        at = [i for i, name in enumerate(names) if name in synonyms]
        if len(at) > 1:
            raise _BadCellError(f"two columns for {column}", f"{column} 有两列")
        if at:
            found[column] = at[0]
    missing = [column for column in REQUIRED if column not in found]
    if missing:
        listed = ", ".join(missing)
        raise _BadCellError(
            f"no column for {listed}; known: {', '.join(SYNONYMS)}", f"缺少列：{listed}"
        )
    return found


def _row(number: int, cells: Mapping[str, str]) -> UnitRow:
    for name, cell in cells.items():
        if cell[:1] in "=+@" and cell[:1]:
            raise _BadCellError(f"{name}: a formula, not a value", f"{name}：单元格为公式而非数值")
        if len(cell) > _LENGTHS.get(name, 200):
            raise _BadCellError(f"{name}: too long", f"{name}：过长")
    serial = cells.get("serial", "")
    _check_serial(serial)
    if not cells.get("model"):
        raise _BadCellError("model: empty", "型号为空")
    return UnitRow(
        row=number,
        serial=serial,
        model=cells["model"],
        product=_product(cells.get("product", "")),
        batch=cells.get("batch", ""),
        buyer=cells.get("buyer", ""),
        delivered_on=_date(cells.get("delivered_on", "")),
        delivery_proof=cells.get("delivery_proof", ""),
        aliases=_aliases(cells),
    )


def _check_serial(serial: str) -> None:
    if is_placeholder(serial):
        raise _BadCellError(
            f"serial: {serial!r} names no single device", f"序列号 {serial!r} 无法指明一台设备"
        )
    digits = serial.isdigit() and len(serial) > 15
    if _SCIENTIFIC.match(serial) or (digits and not serial[15:].strip("0")):
        raise _BadCellError(
            "serial: a spreadsheet destroyed it (only 15 digits survive); save the column as text",
            "序列号已被电子表格破坏（仅保留 15 位）；请将该列保存为文本",
        )


def _product(text: str) -> Product:
    name = re.sub(r"[\s-]+", "_", text.casefold()) or Product.OTHER.value
    try:
        return Product(name)
    except ValueError:
        known = ", ".join(product.value for product in Product)
        raise _BadCellError(
            f"product: {text!r} is not one of {known}", f"产品 {text!r} 不在 {known} 之中"
        ) from None


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise _BadCellError(
            f"delivered_on: {text!r} can be read in more than one way; write YYYY-MM-DD",
            f"交付日期 {text!r} 有歧义；请写成 YYYY-MM-DD",
        )
    return found


def _aliases(cells: Mapping[str, str]) -> tuple[Alias, ...]:
    found: list[Alias] = []
    for kind in AliasKind:
        text = cells.get(kind.value, "")
        if not text:
            continue
        alias = alias_of(kind, text)
        if alias is None:
            raise _BadCellError(
                f"{kind.value}: {text!r} names no single device",
                f"{kind.value}：{text!r} 无法指明一台设备",
            )
        found.append(alias)
    return tuple(found)


def _check_unique(row: UnitRow, seen: dict[str, int]) -> None:
    keys = {f"serial {row.serial}": row.row}
    keys |= {f"{alias.kind.value} {alias.value}": row.row for alias in row.aliases}
    for key in keys:
        if key in seen:
            raise _BadCellError(
                f"{key} is already in row {seen[key]}", f"{key} 已在第 {seen[key]} 行出现"
            )
    seen.update(keys)
