"""A list set against the store: what an import would do, row by row. Reads only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import Connection

from collector.registry.header import ListKind
from collector.registry.problem import RowProblem
from collector.registry.read_list import List
from collector.registry.unit_row import DeliveredBy, UnitRow
from collector.store import part_images, unit_images
from collector.store.part_images import PartImage
from collector.store.unit_images import UnitImage
from shared.device import Product

Image: TypeAlias = UnitImage | PartImage
# Precedence of delivery dates, claims and warranty, section 10: a proof beats a shipment list,
# that an estimate; among equals another date is a conflict for people.
_STRENGTH: Final = {
    "": 0,
    DeliveredBy.ESTIMATE.value: 1,
    DeliveredBy.SHIPMENT.value: 2,
    DeliveredBy.PROOF.value: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a row would make of a unit or a part; ``before`` None: it is new."""

    row: int
    key: str  # the serial, or part_images.key_of
    before: Image | None
    after: Image

    @property
    def what(self) -> str:
        """What changes, field by field; '' for a new row."""
        return "" if self.before is None else differences(self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an import would do; conflicts and refused rows are never written."""

    kind: ListKind
    organisation_id: str
    changes: tuple[Change, ...]
    unchanged: int
    conflicts: tuple[RowProblem, ...]
    refused: tuple[RowProblem, ...]

    @property
    def new(self) -> tuple[Change, ...]:
        """Rows that the registry does not have yet."""
        return tuple(change for change in self.changes if change.before is None)

    @property
    def changed(self) -> tuple[Change, ...]:
        """Rows that it has, and that would be other."""
        return tuple(change for change in self.changes if change.before is not None)

    @property
    def has_errors(self) -> bool:
        """True when some row would be left out."""
        return bool(self.conflicts or self.refused)

    @property
    def plan(self) -> str:
        """A digest of all that would be written; other rows before or after, another plan."""
        digest = hashlib.sha256(f"{self.kind.value} {self.organisation_id}".encode())
        for change in sorted(self.changes, key=lambda one: one.key):
            digest.update(msgspec.json.encode((change.key, change.before, change.after)))
        return digest.hexdigest()[:16]


def differences(before: Image, after: Image) -> str:
    """What is other, field by field, in the words of the columns."""
    said: list[str] = []
    for name in after.__struct_fields__:
        old, new = getattr(before, name, None), getattr(after, name)
        if old == new:
            continue
        if name in ("aliases", "lots"):
            old = old or ()
            said += [f"{kind}: + {value}" for kind, value in new if (kind, value) not in old]
            said += [f"{kind}: − {value}" for kind, value in old if (kind, value) not in new]
        else:
            said.append(f"{name}: {_shown(old)} → {_shown(new)}")
    return "; ".join(said)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return "–" if value in ("", None) else str(value)


def compare(db: Connection, wanted: List, *, organisation_id: str) -> Comparison:
    """Set the list against the store, as this organisation's."""
    if wanted.kind is ListKind.PARTS:
        return _compare_parts(db, wanted, organisation_id)
    known = unit_images.read(db, (row.serial for row in wanted.rows))
    rivals = _Rivals(
        spelled=unit_images.spelled_otherwise(
            db, (row.serial for row in wanted.rows if row.serial not in known)
        ),
        aliases=unit_images.owners_of_aliases(
            db, ((a.kind.value, a.value) for row in wanted.rows for a in row.aliases)
        ),
        replaced_by=unit_images.replacements_of(
            db,
            (
                serial
                for row in wanted.rows
                if row.replaces
                for serial in (row.serial, row.replaces)
            ),
        ),
    )
    changes: list[Change] = []
    conflicts: list[RowProblem] = []
    unchanged = 0
    for row in wanted.rows:
        before = known.get(row.serial)
        problem = rivals.conflict(row, before, organisation_id)
        if problem is not None:
            conflicts.append(problem)
            continue
        after = _after(row, before, organisation_id)
        if after == before:
            unchanged += 1
        else:
            changes.append(Change(row=row.row, key=row.serial, before=before, after=after))
        if row.replaces:
            rivals.replaced_by[row.replaces] = row.serial
    return Comparison(
        kind=wanted.kind,
        organisation_id=organisation_id,
        changes=tuple(changes),
        unchanged=unchanged,
        conflicts=tuple(conflicts),
        refused=wanted.refused,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rivals:
    """What the registry spells otherwise, and who else claims the aliases, the replaced serials and
    the units of a list."""

    spelled: Mapping[str, str]
    aliases: Mapping[tuple[str, str], str]
    replaced_by: dict[str, str]

    def conflict(
        self, row: UnitRow, before: UnitImage | None, organisation_id: str
    ) -> RowProblem | None:
        """Why people must decide on this row; None when they need not."""
        if before is not None:
            if before.organisation_id != organisation_id:
                return _problem(
                    row,
                    f"the registry has it as {before.organisation_id}'s",
                    f"登记册中该设备属于 {before.organisation_id}",
                )
            if _contradicts(row, before):
                day = before.delivered_on
                return _problem(
                    row,
                    f"the registry says delivered {day}, the file {row.delivered_on}",
                    f"登记册交付日期为 {day}，文件为 {row.delivered_on}",
                )
        if (spelled := self.spelled.get(row.serial)) is not None:
            return _problem(
                row,
                f"the registry has this device as {spelled}; write its serial like that",
                f"登记册中该设备的序列号为 {spelled}；请按此书写",
            )
        others = {self.aliases.get((a.kind.value, a.value), row.serial) for a in row.aliases}
        if others - {row.serial}:
            named = ", ".join(sorted(others - {row.serial}))
            return _problem(
                row, f"an alias of this row belongs to {named}", f"该行的别名属于 {named}"
            )
        return self._chain_conflict(row)

    def _chain_conflict(self, row: UnitRow) -> RowProblem | None:
        """A unit is replaced once, and one that was replaced is not sent for another: no loops."""
        if not row.replaces:
            return None
        sent = self.replaced_by.get(row.replaces, row.serial)
        if sent != row.serial:
            return _problem(
                row,
                f"{row.replaces} has already been replaced by {sent}",
                f"{row.replaces} 已被 {sent} 替换",
            )
        newer = self.replaced_by.get(row.serial)
        if newer is not None:
            return _problem(
                row,
                f"{row.serial} itself has been replaced by {newer}",
                f"{row.serial} 本身已被 {newer} 替换",
            )
        return None


def _contradicts(row: UnitRow, before: UnitImage) -> bool:
    """Another delivery date that is not better founded than the one we have."""
    if before.delivered_on is None or row.delivered_on in (None, before.delivered_on):
        return False
    by = row.delivered_by.value if row.delivered_by else ""
    return _STRENGTH[by] <= _strength_of(before)


def _strength_of(before: UnitImage) -> int:
    """How well the known date is founded; one of which nobody said so is left to people."""
    if before.delivered_on is None:
        return 0
    return _STRENGTH.get(before.delivered_by or DeliveredBy.PROOF.value, 0)


def _problem(row: UnitRow, en: str, zh: str) -> RowProblem:
    return RowProblem(row=row.row, serial=row.serial, why_en=en, why_zh=zh)


def _after(row: UnitRow, before: UnitImage | None, organisation_id: str) -> UnitImage:
    """The unit once the row is written; an empty cell leaves what is known."""
    said = {
        "maker": row.maker,
        "batch": row.batch,
        "buyer": row.buyer,
        "produced_on": row.produced_on,
        "delivered_on": row.delivered_on,
        "delivery_proof": row.delivery_proof,
        "warranty_until_override": row.warranty_until,
        "override_reason": row.override_reason,
        "blocked": row.blocked,
        "replaces": row.replaces,
    }
    by = row.delivered_by.value if row.delivered_by else ""
    named = tuple(sorted((alias.kind.value, alias.value) for alias in row.aliases))
    lots = tuple(sorted((component.value, lot) for component, lot in row.lots))
    if before is None:
        product = (row.product or Product.OTHER).value
        fresh = UnitImage(organisation_id=organisation_id, model=row.model, product=product)
        return msgspec.structs.replace(fresh, **said, delivered_by=by, aliases=named, lots=lots)
    keep_by = _STRENGTH[by] <= _strength_of(before)
    return msgspec.structs.replace(
        before,
        model=row.model,
        product=row.product.value if row.product else before.product,
        **{name: value for name, value in said.items() if value},
        delivered_by=before.delivered_by if keep_by else by,
        aliases=tuple(sorted({*before.aliases, *named})),
        lots=tuple(sorted({**dict(before.lots), **dict(lots)}.items())),
    )


def _compare_parts(db: Connection, wanted: List, organisation_id: str) -> Comparison:
    """The stock as the file states it; parts that it does not name stay as they are."""
    rows = {part_images.key_of(part.part_number, part.place): part for part in wanted.parts}
    known = part_images.read(db, organisation_id=organisation_id, keys=rows)
    changes = [
        Change(
            row=part.row,
            key=key,
            before=known.get(key),
            after=PartImage(
                component=part.component.value,
                models=part.models,
                quantity=part.quantity,
                name=part.name,
            ),
        )
        for key, part in rows.items()
    ]
    real = tuple(change for change in changes if change.before != change.after)
    return Comparison(
        kind=wanted.kind,
        organisation_id=organisation_id,
        changes=real,
        unchanged=len(changes) - len(real),
        conflicts=(),
        refused=wanted.refused,
    )
