"""Rows of registry_import and registry_change: lists that were shown and written, with the image of
each row before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, func, select, update

from collector.registry.header import ListKind
from collector.store import part_images, unit_images
from collector.store.part_images import PartImage
from collector.store.portions import portions
from collector.store.registry import Change, Comparison, Image
from collector.store.scope import Scope
from collector.store.tables import registry_change, registry_import
from collector.store.unit_images import UnitImage
from collector.store.upsert import insert_row, insert_tuples

SHOWN: Final = "shown"
WRITTEN: Final = "written"
UNDONE: Final = "undone"
BY_HAND: Final = "link"  # the kind of what a person wrote on a page, one unit at a time
_PROBLEMS_KEPT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a list came from: what the import remembers of it."""

    actor: str
    filename: str
    sha256: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import as it is kept; ``left`` is how many of its rows are not undone."""

    id: int
    at: datetime
    organisation_id: str
    actor: str
    filename: str
    kind: str
    state: str
    sha256: str
    sheet: str
    plan: str
    summary: Mapping[str, Any]
    written: int
    left: int
    undone_at: datetime | None
    undone_by: str


def show(db: Connection, compared: Comparison, source: Source, *, now: datetime) -> int:
    """Keep that this list was compared, so that exactly this can be confirmed; its number."""
    return _add(db, compared, source, state=SHOWN, now=now)


def write(
    db: Connection,
    compared: Comparison,
    source: Source,
    *,
    now: datetime,
    import_id: int | None = None,
) -> int:
    """Write new and changed rows with their before-images; the number of the import.

    ``import_id`` names the one that was shown.
    """
    if import_id is None:
        import_id = _add(db, compared, source, state=WRITTEN, now=now)
    else:
        db.execute(
            update(registry_import)
            .where(registry_import.c.id == import_id)
            .values(state=WRITTEN, at=now, actor=source.actor)
        )
    put(db, compared.kind, compared.organisation_id, _afters(compared.changes), now=now)
    log_changes(db, import_id, compared)
    return import_id


def write_by_hand(
    db: Connection,
    change: Change,
    *,
    organisation_id: str,
    actor: str,
    reason: str,
    now: datetime,
) -> int:
    """Write what a person changed of one unit; it is an import of one row, and can be undone."""
    compared = Comparison(
        kind=ListKind.UNITS,
        organisation_id=organisation_id,
        changes=(change,),
        unchanged=0,
        conflicts=(),
        refused=(),
    )
    import_id = write(db, compared, Source(actor=actor, filename=""), now=now)
    db.execute(
        update(registry_import)
        .where(registry_import.c.id == import_id)
        .values(kind=BY_HAND, summary_json=json.dumps({"reason": reason}, ensure_ascii=False))
    )
    return import_id


def _add(db: Connection, compared: Comparison, source: Source, *, state: str, now: datetime) -> int:
    summary = {
        "new": len(compared.new),
        "changed": len(compared.changed),
        "unchanged": compared.unchanged,
        "conflicts": [[p.row, p.serial, p.why_en] for p in compared.conflicts[:_PROBLEMS_KEPT]],
        "refused": [[p.row, p.serial, p.why_en] for p in compared.refused[:_PROBLEMS_KEPT]],
    }
    return insert_row(
        db,
        registry_import,
        at=now,
        organisation_id=compared.organisation_id,
        actor=source.actor,
        filename=source.filename,
        sha256=source.sha256,
        sheet=source.sheet,
        kind=compared.kind.value,
        state=state,
        plan=compared.plan,
        summary_json=json.dumps(summary, ensure_ascii=False),
    )


def log_changes(db: Connection, import_id: int, compared: Comparison) -> None:
    """Keep the images before and after of what an import wrote."""
    subject = "part" if compared.kind is ListKind.PARTS else "unit"
    names = (
        "import_id",
        "organisation_id",
        "subject",
        "subject_key",
        "before_json",
        "after_json",
    )
    rows = [
        (
            import_id,
            compared.organisation_id,
            subject,
            change.key,
            dump(change.before),
            dump(change.after),
        )
        for change in compared.changes
    ]
    for some in portions(rows):
        insert_tuples(db, registry_change, names, some)


def _afters(changes: tuple[Change, ...]) -> dict[str, Image | None]:
    return {change.key: change.after for change in changes}


def put(
    db: Connection,
    kind: ListKind,
    organisation_id: str,
    images: Mapping[str, Image | None],
    *,
    now: datetime,
) -> None:
    """Make the store hold exactly these images of units or of parts."""
    if kind is ListKind.PARTS:
        parts = {key: one for key, one in images.items() if not isinstance(one, UnitImage)}
        part_images.put(db, parts, organisation_id=organisation_id, now=now)
        return
    units = {key: one for key, one in images.items() if not isinstance(one, PartImage)}
    unit_images.put(db, units, now=now)


def dump(image: Image | None) -> str:
    """An image as text; '' for None."""
    return "" if image is None else msgspec.json.encode(image).decode()


def load(subject: str, text: str) -> Image | None:
    """The image of a text; None for ''."""
    if not text:
        return None
    if subject == "part":
        return msgspec.json.decode(text, type=PartImage)
    return msgspec.json.decode(text, type=UnitImage)


def _query() -> Select[Any]:
    mine = registry_change.c.import_id == registry_import.c.id
    written = select(func.count()).select_from(registry_change).where(mine).scalar_subquery()
    rest = (
        select(func.count())
        .select_from(registry_change)
        .where(mine, registry_change.c.undone_at.is_(None))
        .scalar_subquery()
    )
    return select(registry_import, written.label("written"), rest.label("rest"))


def find(db: Connection, import_id: int, scope: Scope | None = None) -> Import | None:
    """One import; None when there is none, or outside the slice (None: of all)."""
    query = _query().where(registry_import.c.id == import_id)
    if scope is not None:
        query = query.where(scope.covers(registry_import.c.organisation_id))
    row = db.execute(query).one_or_none()
    return None if row is None else _read(row)


def newest(db: Connection, scope: Scope | None = None, *, limit: int = 50) -> tuple[Import, ...]:
    """The imports that were written, newest first."""
    query = _query().where(registry_import.c.state != SHOWN)
    if scope is not None:
        query = query.where(scope.covers(registry_import.c.organisation_id))
    rows = db.execute(query.order_by(registry_import.c.id.desc()).limit(limit))
    return tuple(_read(row) for row in rows)


def _read(row: Row[Any]) -> Import:
    return Import(
        id=row.id,
        at=row.at,
        organisation_id=row.organisation_id,
        actor=row.actor,
        filename=row.filename,
        kind=row.kind,
        state=row.state,
        sha256=row.sha256,
        sheet=row.sheet,
        plan=row.plan,
        summary=json.loads(row.summary_json),
        written=row.written or 0,
        left=row.rest or 0,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )
