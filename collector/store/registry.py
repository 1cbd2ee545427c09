"""The registry import in SQL: compare a delivery list with the store, and write it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from collector.registry import DeliveryList, RowProblem, UnitRow
from collector.store import units
from collector.store.tables import registry_import, unit, unit_alias
from collector.store.units import Unit
from collector.store.upsert import insert_into, insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an import would do, row by row; conflicts and refused rows are never written."""

    new: tuple[UnitRow, ...]
    changed: tuple[tuple[UnitRow, str], ...]  # with what changes, in words
    unchanged: int
    conflicts: tuple[RowProblem, ...]
    refused: tuple[RowProblem, ...]

    @property
    def has_errors(self) -> bool:
        """True when some row would be left out."""
        return bool(self.conflicts or self.refused)


def compare(db: Connection, wanted: DeliveryList) -> Comparison:
    """Set the list against the store; reads only."""
    new: list[UnitRow] = []
    changed: list[tuple[UnitRow, str]] = []
    conflicts: list[RowProblem] = []
    unchanged = 0
    for row in wanted.rows:
        known = units.find(db, row.serial)
        problem = _conflict(db, row, known)
        if problem is not None:
            conflicts.append(problem)
        elif known is None:
            new.append(row)
        elif difference := _difference(db, row, known):
            changed.append((row, difference))
        else:
            unchanged += 1
    return Comparison(
        new=tuple(new),
        changed=tuple(changed),
        unchanged=unchanged,
        conflicts=tuple(conflicts),
        refused=wanted.refused,
    )


def _conflict(db: Connection, row: UnitRow, known: Unit | None) -> RowProblem | None:
    before = known.delivered_on if known else None
    if before is not None and row.delivered_on not in (None, before):
        return RowProblem(
            row=row.row,
            serial=row.serial,
            why_en=f"the registry says delivered {before}, the file {row.delivered_on}",
            why_zh=f"登记表交付日期为 {before}，文件为 {row.delivered_on}",
        )
    others = sorted(units.serials_named(db, row.aliases) - {row.serial})
    if others:
        return RowProblem(
            row=row.row,
            serial=row.serial,
            why_en=f"an alias of this row belongs to {', '.join(others)}",
            why_zh=f"该行的别名属于 {', '.join(others)}",
        )
    return None


def _difference(db: Connection, row: UnitRow, known: Unit) -> str:
    wanted = _columns(row, keep=known)
    said = [
        f"{name}: {getattr(known, name)!s} → {value!s}"
        for name, value in wanted.items()
        if getattr(known, name) != value
    ]
    have = {
        (found.kind, found.value)
        for found in db.execute(
            select(unit_alias.c.kind, unit_alias.c.value).where(unit_alias.c.serial == row.serial)
        )
    }
    said += [
        f"{alias.kind.value}: + {alias.value}"
        for alias in row.aliases
        if (alias.kind.value, alias.value) not in have
    ]
    return "; ".join(said)


def _columns(row: UnitRow, *, keep: Unit | None) -> dict[str, object]:
    """Column values of a row; an empty cell leaves what is known."""
    values: dict[str, object] = {
        "model": row.model,
        "product": row.product.value,
        "batch": row.batch,
        "buyer": row.buyer,
        "delivered_on": row.delivered_on,
        "delivery_proof": row.delivery_proof,
    }
    if keep is None:
        return values
    return {name: value or getattr(keep, name) for name, value in values.items()}


def write(
    db: Connection,
    compared: Comparison,
    *,
    organisation_id: str,
    actor: str,
    filename: str,
    now: datetime,
) -> int:
    """Write new and changed rows and note the import; how many rows were written."""
    rows = (*compared.new, *(row for row, _ in compared.changed))
    _upsert(db, rows, organisation_id=organisation_id, now=now)
    summary = {
        "new": len(compared.new),
        "changed": len(compared.changed),
        "unchanged": compared.unchanged,
        "conflicts": [[p.row, p.serial, p.why_en] for p in compared.conflicts[:1000]],
        "refused": [[p.row, p.serial, p.why_en] for p in compared.refused[:1000]],
    }
    insert_row(
        db,
        registry_import,
        at=now,
        organisation_id=organisation_id,
        actor=actor,
        filename=filename,
        summary_json=json.dumps(summary, ensure_ascii=False),
    )
    return len(rows)


def _upsert(
    db: Connection, rows: Iterable[UnitRow], *, organisation_id: str, now: datetime
) -> None:
    for row in rows:
        values = _columns(row, keep=units.find(db, row.serial))
        db.execute(
            insert_into(db, unit)
            .values(serial=row.serial, organisation_id=organisation_id, imported_at=now, **values)
            .on_conflict_do_update(index_elements=["serial"], set_={**values, "imported_at": now})
        )
        for alias in row.aliases:
            db.execute(
                insert_into(db, unit_alias)
                .values(
                    kind=alias.kind.value,
                    value=alias.value,
                    serial=row.serial,
                    organisation_id=organisation_id,
                )
                .on_conflict_do_nothing(index_elements=["kind", "value"])
            )
