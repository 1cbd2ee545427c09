"""Undoes an import: rows go back to their before-image where nothing rests on them since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from collector.registry.header import ListKind
from collector.store import imports, part_images, unit_images
from collector.store.imports import Import
from collector.store.portions import portions
from collector.store.registry import Image
from collector.store.tables import claim_case, claim_line, registry_change, registry_import
from collector.store.unit_images import UnitImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A row that stays as it is, and what rests on it."""

    key: str
    why_en: str
    why_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row that goes back to what it was; ``before`` None: it goes away."""

    change_id: int
    key: str
    before: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What undoing an import would do."""

    steps: tuple[Step, ...]
    held: tuple[Held, ...]


def plan(db: Connection, done: Import) -> Undo:
    """What undoing this import would do; reads only."""
    changes = db.execute(
        select(registry_change)
        .where(registry_change.c.import_id == done.id, registry_change.c.undone_at.is_(None))
        .order_by(registry_change.c.id)
    ).all()
    keys = [row.subject_key for row in changes]
    is_parts = done.kind == ListKind.PARTS.value
    later = _later(db, done, keys)
    claimed = {} if is_parts else _claimed(db, keys, since=done.at)
    current = _current(db, done, keys)
    steps: list[Step] = []
    held: list[Held] = []
    for row in changes:
        key, before = row.subject_key, imports.load(row.subject, row.before_json)
        after = imports.load(row.subject, row.after_json)
        if (number := later.get(key)) is not None:
            held.append(
                _held(key, f"import {number} changed it later", f"后来的导入 {number} 已修改")
            )
        elif (claim := claimed.get(key)) is not None:
            held.append(_held(key, f"pre-claim {claim} rests on it", f"预索赔 {claim} 依赖此行"))
        elif current.get(key) != after:
            held.append(_held(key, "it has been changed since", "此后已被修改"))
        else:
            steps.append(Step(change_id=row.id, key=key, before=before))
    return _without_taken_aliases(db, steps, held)


def carry_out(db: Connection, done: Import, undo: Undo, *, actor: str, now: datetime) -> int:
    """Put the rows of the plan back; how many. The caller planned in the same transaction."""
    kind = ListKind.PARTS if done.kind == ListKind.PARTS.value else ListKind.UNITS
    befores = {step.key: step.before for step in undo.steps}
    imports.put(db, kind, done.organisation_id, befores, now=now)
    for some in portions([step.change_id for step in undo.steps]):
        db.execute(
            update(registry_change).where(registry_change.c.id.in_(some)).values(undone_at=now)
        )
    values: dict[str, object] = {"undone_at": now, "undone_by": actor}
    if len(undo.steps) == done.left:
        values["state"] = imports.UNDONE
    db.execute(update(registry_import).where(registry_import.c.id == done.id).values(**values))
    return len(undo.steps)


def take_back_by_hand(
    db: Connection, serial: str, known: UnitImage, *, actor: str, reason: str, now: datetime
) -> bool:
    """Undo that a unit was noted by hand as sent for another, with words why; False when something
    else was written of it since, or it no longer is what the note made of it."""
    last = db.execute(
        select(registry_change)
        .where(registry_change.c.subject == "unit", registry_change.c.subject_key == serial)
        .where(registry_change.c.undone_at.is_(None))
        .order_by(registry_change.c.id.desc())
        .limit(1)
    ).one_or_none()
    done = imports.find(db, last.import_id) if last is not None else None
    if last is None or done is None or done.kind != imports.BY_HAND:
        return False
    before = imports.load("unit", last.before_json)
    if imports.load("unit", last.after_json) != known:
        return False
    if isinstance(before, UnitImage) and before.replaces == known.replaces:
        return False  # what was written last is something else: an alias, a buyer
    steps = (Step(change_id=last.id, key=serial, before=before),)
    carry_out(db, done, Undo(steps=steps, held=()), actor=actor, now=now)
    said = {**done.summary, "undone_reason": reason}
    db.execute(
        update(registry_import)
        .where(registry_import.c.id == done.id)
        .values(summary_json=json.dumps(said, ensure_ascii=False))
    )
    return True


def _held(key: str, en: str, zh: str) -> Held:
    return Held(key=key, why_en=en, why_zh=zh)


def _later(db: Connection, done: Import, keys: Iterable[str]) -> dict[str, int]:
    """The last import after this one that changed each of these rows and still stands."""
    subject = "part" if done.kind == ListKind.PARTS.value else "unit"
    found: dict[str, int] = {}
    for some in portions(keys):
        rows = db.execute(
            select(registry_change.c.subject_key, registry_change.c.import_id)
            .where(
                registry_change.c.subject == subject,
                registry_change.c.subject_key.in_(some),
                registry_change.c.organisation_id == done.organisation_id,
                registry_change.c.import_id > done.id,
                registry_change.c.undone_at.is_(None),
            )
            .order_by(registry_change.c.import_id)
        )
        found.update({row.subject_key: row.import_id for row in rows})
    return found


def _claimed(db: Connection, serials: Iterable[str], *, since: datetime) -> dict[str, str]:
    """The pre-claim of each serial that was open when the row came, or has been opened since."""
    found: dict[str, str] = {}
    for some in portions(serials):
        rows = db.execute(
            select(claim_line.c.label_serial, claim_case.c.number)
            .join(claim_case, claim_case.c.id == claim_line.c.case_id)
            .where(
                claim_line.c.label_serial.in_(some),
                or_(claim_line.c.closed_at.is_(None), claim_line.c.closed_at >= since),
            )
            .order_by(claim_line.c.id)
        )
        found.update({row.label_serial: row.number for row in rows})
    return found


def _current(db: Connection, done: Import, keys: Sequence[str]) -> Mapping[str, Image]:
    if done.kind == ListKind.PARTS.value:
        return part_images.read(db, organisation_id=done.organisation_id, keys=keys)
    return unit_images.read(db, keys)


def _without_taken_aliases(db: Connection, steps: Sequence[Step], held: list[Held]) -> Undo:
    """An alias that belongs to another unit by now cannot come back."""
    wanted = {step.key: step.before.aliases for step in steps if isinstance(step.before, UnitImage)}
    owners = unit_images.owners_of_aliases(db, (a for named in wanted.values() for a in named))
    free: list[Step] = []
    for step in steps:
        rivals = {owners.get(alias, step.key) for alias in wanted.get(step.key, ())} - {step.key}
        if rivals:
            named = ", ".join(sorted(rivals))
            held.append(
                _held(step.key, f"its alias belongs to {named} by now", f"其别名现属于 {named}")
            )
        else:
            free.append(step)
    return Undo(steps=tuple(free), held=tuple(held))
