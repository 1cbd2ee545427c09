"""Which column means what: one map of header names for every list and every way in."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from collector.registry.grid import Cell
from collector.registry.problem import BadCellError
from shared.catalogue_entry import Component

HEADER_WITHIN: Final = 10  # rows of titles that may stand above the header


class ListKind(enum.Enum):
    """What a list is about; its header tells."""

    UNITS = "units"
    PARTS = "parts"


# Header names as lists from factories and spreadsheets write them; all lower case.
UNIT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "serial": ("serial", "serial number", "serial_no", "label serial", "sn", "s/n", "序列号"),
    "maker": ("maker", "brand", "manufacturer", "品牌", "制造商", "厂商"),
    "model": ("model", "model name", "型号"),
    "product": ("product", "product line", "产品", "产品线"),
    "batch": ("batch", "lot", "batch no", "production lot", "批次", "批号"),
    "buyer": ("buyer", "customer", "sold to", "买方", "客户"),
    "produced_on": ("produced_on", "production date", "produced", "manufactured", "生产日期"),
    "delivered_on": ("delivered_on", "delivered", "delivery date", "delivery_date", "交付日期"),
    "delivered_by": ("delivered_by", "delivery source", "date source", "交付日期来源", "日期来源"),
    "delivery_proof": ("delivery_proof", "proof", "proof of delivery", "交付凭证"),
    "warranty_until": ("warranty_until", "warranty until", "warranty end", "保修截止", "保修至"),
    "override_reason": ("override_reason", "warranty reason", "保修说明", "保修截止原因"),
    "blocked": ("blocked", "stolen", "blocked reason", "冻结", "被盗", "冻结原因"),
    "replaces": ("replaces", "replacement for", "old serial", "替换", "被替换序列号", "旧序列号"),
    "onvif_serial": ("onvif_serial", "onvif serial", "onvif序列号"),
    "mac": ("mac", "mac address", "mac_address", "mac地址"),
    "uid": ("uid", "p2p uid", "p2p id"),
}
PART_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "part_number": ("part_number", "part number", "part no", "part", "料号", "备件号", "备件编号"),
    "name": ("name", "description", "名称", "备件名称"),
    "component": ("component", "module", "部件", "模块"),
    "models": ("models", "model", "fits", "fits models", "适用型号", "型号"),
    "quantity": ("quantity", "qty", "stock", "on hand", "数量", "库存"),
    "place": ("place", "location", "warehouse", "库位", "仓库", "地点"),
}
_REQUIRED: Final = {
    ListKind.UNITS: ("serial", "model"),
    ListKind.PARTS: ("part_number", "component", "quantity"),
}
_COLUMNS: Final = {ListKind.UNITS: UNIT_COLUMNS, ListKind.PARTS: PART_COLUMNS}
_CHINESE: Final = {
    "红外滤光片": Component.IR_CUT,
    "红外灯": Component.IR_LED,
    "镜头": Component.LENS,
    "图像传感器": Component.SENSOR,
    "传感器": Component.SENSOR,
    "主板": Component.MAINBOARD,
    "天线": Component.ANTENNA,
    "4g模块": Component.MODEM,
    "4g 模块": Component.MODEM,
    "电池": Component.BATTERY,
    "外壳": Component.HOUSING,
    "硬盘": Component.DISK,
}
_LOT: Final = re.compile(r"^(?:lot|批次)[._](?P<after>.+)$|^(?P<before>.+?)(?: lot|批次|批号)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the columns of a list stand."""

    kind: ListKind
    at: Mapping[str, int]
    lots: Mapping[Component, int]
    ignored: tuple[str, ...]  # headers that mean nothing to us

    def cell(self, name: str, cells: Sequence[Cell]) -> Cell:
        """The cell of a column in a row; None where the list or the row has none."""
        at = self.at.get(name, -1)
        return cells[at] if 0 <= at < len(cells) else None


def component_of(text: str) -> Component | None:
    """The component that a word names, in English or Chinese; None for other words."""
    wanted = text.strip().casefold()
    if wanted in _CHINESE:
        return _CHINESE[wanted]
    plain = re.sub(r"[\s_]+", "-", wanted)
    found = {part.value.casefold(): part for part in Component if part is not Component.NONE}
    return found.get(plain) or found.get(plain.replace("ircut", "ir-cut"))


def find_columns(cells: Sequence[Cell]) -> Columns:
    """The columns that this header row names; BadCellError when it is no header of ours."""
    names = [cell.strip().casefold() if isinstance(cell, str) else "" for cell in cells]
    kind = _kind_of(names)
    at: dict[str, int] = {}
    lots: dict[Component, int] = {}
    ignored: list[str] = []
    for number, name in enumerate(names):
        column = _column(kind, name)
        lot = None if column or kind is not ListKind.UNITS else _lot(name)
        if column in at or lot in lots:
            said = column or name
            raise BadCellError(f"two columns for {said}", f"{said} 有两列")
        if column:
            at[column] = number
        elif lot:
            lots[lot] = number
        elif name:
            ignored.append(str(cells[number]).strip()[:80])
    missing = [column for column in _REQUIRED[kind] if column not in at]
    if missing:
        known = ", ".join(_COLUMNS[kind])
        raise BadCellError(
            f"no column for {', '.join(missing)}; known: {known}",
            f"缺少列：{', '.join(missing)}；可识别：{known}",
        )
    return Columns(kind=kind, at=at, lots=lots, ignored=tuple(ignored))


def _kind_of(names: Sequence[str]) -> ListKind:
    is_stock = any(name in PART_COLUMNS["part_number"] for name in names)
    has_serial = any(name in UNIT_COLUMNS["serial"] for name in names)
    return ListKind.PARTS if is_stock and not has_serial else ListKind.UNITS


def _column(kind: ListKind, name: str) -> str:
    for column, synonyms in _COLUMNS[kind].items():
        if name in synonyms:
            return column
    return ""


def _lot(name: str) -> Component | None:
    match = _LOT.match(name)
    return component_of(match["after"] or match["before"]) if match else None
