"""One row of a delivery list: the device as the file states it."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collector.registry.cells import read_day, read_serial, read_text
from collector.registry.grid import Cell
from collector.registry.header import Columns
from collector.registry.problem import BadCellError
from shared.catalogue_entry import Component
from shared.device import Alias, AliasKind, Product, alias_of

_TEXTS: Final = {
    "maker": 80,
    "batch": 80,
    "buyer": 120,
    "delivery_proof": 200,
    "override_reason": 500,
    "blocked": 200,
}


class DeliveredBy(enum.Enum):
    """What a delivery date rests on, the strongest first (claims and warranty, section 10)."""

    PROOF = "proof"  # a named proof of delivery
    SHIPMENT = "shipment"  # the factory's shipment list
    ESTIMATE = "estimate"  # decoded from a serial, or guessed


_DELIVERED_BY: Final = {
    "": None,
    "proof": DeliveredBy.PROOF,
    "凭证": DeliveredBy.PROOF,
    "交付凭证": DeliveredBy.PROOF,
    "shipment": DeliveredBy.SHIPMENT,
    "发货": DeliveredBy.SHIPMENT,
    "发货清单": DeliveredBy.SHIPMENT,
    "estimate": DeliveredBy.ESTIMATE,
    "估计": DeliveredBy.ESTIMATE,
    "推算": DeliveredBy.ESTIMATE,
}
_NOT_BLOCKED: Final = frozenset({"", "no", "false", "0", "否", "-"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One delivered device as the file states it; ``row`` counts from 1, as the file does.

    An empty text or None says nothing.
    """

    row: int
    serial: str
    model: str
    product: Product | None
    maker: str = ""
    batch: str = ""
    buyer: str = ""
    produced_on: date | None = None
    delivered_on: date | None = None
    delivered_by: DeliveredBy | None = None
    delivery_proof: str = ""
    warranty_until: date | None = None
    override_reason: str = ""
    blocked: str = ""
    replaces: str = ""
    aliases: tuple[Alias, ...] = ()
    lots: tuple[tuple[Component, str], ...] = ()


def read_unit(row: int, cells: Sequence[Cell], columns: Columns) -> UnitRow:
    """The device of a row; BadCellError names the column that cannot be taken."""
    model = read_text("model", columns.cell("model", cells), longest=80)
    serial = read_serial("serial", columns.cell("serial", cells), model=model)
    if not model:
        raise BadCellError("model: empty", "型号为空")
    texts = {
        name: read_text(name, columns.cell(name, cells), longest=longest)
        for name, longest in _TEXTS.items()
    }
    days = {
        name: read_day(name, columns.cell(name, cells))
        for name in ("produced_on", "delivered_on", "warranty_until")
    }
    _check_days(days, texts["override_reason"])
    replaces = columns.cell("replaces", cells)
    return UnitRow(
        row=row,
        serial=serial,
        model=model,
        product=_product(read_text("product", columns.cell("product", cells), longest=40)),
        maker=texts["maker"],
        batch=texts["batch"],
        buyer=texts["buyer"],
        produced_on=days["produced_on"],
        delivered_on=days["delivered_on"],
        delivered_by=_delivered_by(columns, cells, days["delivered_on"], texts["delivery_proof"]),
        delivery_proof=texts["delivery_proof"],
        warranty_until=days["warranty_until"],
        override_reason=texts["override_reason"],
        blocked="" if texts["blocked"].casefold() in _NOT_BLOCKED else texts["blocked"],
        replaces=_replaces(serial, replaces),
        aliases=_aliases(columns, cells),
        lots=_lots(columns, cells),
    )


def _check_days(days: dict[str, date | None], reason: str) -> None:
    produced, delivered = days["produced_on"], days["delivered_on"]
    if produced and delivered and produced > delivered:
        raise BadCellError(
            f"produced_on: {produced} is after the delivery on {delivered}",
            f"生产日期 {produced} 晚于交付日期 {delivered}",
        )
    if days["warranty_until"] and not reason:
        raise BadCellError(
            "warranty_until: an end of its own needs a reason (column override_reason)",
            "保修截止：单独约定的截止日须注明原因（列 override_reason）",
        )


def _delivered_by(
    columns: Columns, cells: Sequence[Cell], day: date | None, proof: str
) -> DeliveredBy | None:
    said = read_text("delivered_by", columns.cell("delivered_by", cells), longest=20).casefold()
    if said not in _DELIVERED_BY:
        known = ", ".join(one.value for one in DeliveredBy)
        raise BadCellError(
            f"delivered_by: {said!r} is not one of {known}", f"日期来源 {said!r} 不在 {known} 之中"
        )
    found = _DELIVERED_BY[said]
    if found is DeliveredBy.PROOF and not proof:
        raise BadCellError(
            "delivered_by: a proof must be named (column delivery_proof)",
            "日期来源为凭证时须注明凭证（列 delivery_proof）",
        )
    if day is None:
        return None
    return found or (DeliveredBy.PROOF if proof else DeliveredBy.SHIPMENT)


def _replaces(serial: str, cell: Cell) -> str:
    if not read_text("replaces", cell, longest=64):
        return ""
    old = read_serial("replaces", cell)
    if old == serial:
        raise BadCellError("replaces: a device does not replace itself", "设备不能替换自身")
    return old


def _product(text: str) -> Product | None:
    if not text:
        return None
    name = re.sub(r"[\s-]+", "_", text.casefold())
    try:
        return Product(name)
    except ValueError:
        known = ", ".join(product.value for product in Product)
        raise BadCellError(
            f"product: {text!r} is not one of {known}", f"产品 {text!r} 不在 {known} 之中"
        ) from None


def _aliases(columns: Columns, cells: Sequence[Cell]) -> tuple[Alias, ...]:
    found: list[Alias] = []
    for kind in AliasKind:
        text = read_text(kind.value, columns.cell(kind.value, cells), longest=64)
        if not text:
            continue
        alias = alias_of(kind, text)
        if alias is None:
            raise BadCellError(
                f"{kind.value}: {text!r} names no single device",
                f"{kind.value}：{text!r} 无法指明一台设备",
            )
        found.append(alias)
    return tuple(found)


def _lots(columns: Columns, cells: Sequence[Cell]) -> tuple[tuple[Component, str], ...]:
    found = (
        (part, read_text(f"lot.{part.value}", cells[at] if at < len(cells) else None, longest=80))
        for part, at in columns.lots.items()
    )
    return tuple((part, lot) for part, lot in found if lot)
