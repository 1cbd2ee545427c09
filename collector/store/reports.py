"""Rows of claim_report and claim_file: what people told and brought for pre-claims."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, func, select, update

from collector.claims.report import Subject
from collector.claims.report_items import Told
from collector.claims.troubleshooting import CHECKED, CheckOutcome
from collector.store.scope import Scope
from collector.store.tables import (
    claim_case,
    claim_event,
    claim_file,
    claim_line,
    claim_report,
    finding,
    position,
    site,
    unit,
)
from collector.store.upsert import insert_into, insert_row

_NOT_DONE: Final = CheckOutcome.NOT_POSSIBLE.value  # such a check is none


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One report by a person."""

    id: int
    line_id: int
    code: str
    onset_on: date | None
    description: str
    reporter: str
    via: str
    at: datetime
    tried: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file that a person brought."""

    line_id: int
    sha256: str
    kind: str
    media_type: str
    name: str
    size: int
    note: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position where a serial hangs."""

    position_id: int
    site_id: str
    organisation_id: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """When the units of a lot were delivered; ``first`` None while no date is known."""

    first: date | None
    last: date | None
    is_known: bool
    model: str
    product: str
    buyer: str


def find(db: Connection, scope: Scope, *, key: str) -> ReportRow | None:
    """The report that has this key already."""
    row = db.execute(
        select(claim_report).where(
            scope.covers(claim_report.c.organisation_id), claim_report.c.key == key
        )
    ).first()
    return None if row is None else _read(row)


def add(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    code: str,
    onset_on: date | None,
    description: str,
    reporter: str,
    via: str,
    tried: Iterable[str],
    key: str,
    digest: str,
    now: datetime,
) -> int:
    """Keep a report and its finding; the report's id."""
    report_id = insert_row(
        db,
        claim_report,
        line_id=line_id,
        organisation_id=organisation_id,
        code=code,
        onset_on=onset_on,
        description=description,
        reporter=reporter,
        via=via,
        at=now,
        checks_json=json.dumps(sorted(tried)),
        key=key,
        digest=digest,
    )
    insert_row(
        db,
        finding,
        line_id=line_id,
        organisation_id=organisation_id,
        code=code,
        report_id=report_id,
    )
    return report_id


def of_line(db: Connection, scope: Scope, line_id: int) -> tuple[ReportRow, ...]:
    """The reports of a line, oldest first."""
    rows = db.execute(
        select(claim_report)
        .where(scope.covers(claim_report.c.organisation_id), claim_report.c.line_id == line_id)
        .order_by(claim_report.c.id)
    )
    return tuple(_read(row) for row in rows)


def add_file(db: Connection, *, organisation_id: str, row: FileRow) -> bool:
    """Keep that a file lies here for a line; False when it does already."""
    made = db.execute(
        insert_into(db, claim_file)
        .values(
            organisation_id=organisation_id,
            line_id=row.line_id,
            sha256=row.sha256,
            kind=row.kind,
            media_type=row.media_type,
            name=row.name,
            size=row.size,
            note=row.note,
            actor=row.actor,
            at=row.at,
        )
        .on_conflict_do_nothing(index_elements=["line_id", "sha256"])
    )
    return made.rowcount == 1


def files_of(db: Connection, scope: Scope, line_id: int) -> tuple[FileRow, ...]:
    """The files that people brought for a line, oldest first."""
    rows = db.execute(
        select(claim_file)
        .where(scope.covers(claim_file.c.organisation_id), claim_file.c.line_id == line_id)
        .order_by(claim_file.c.id)
    )
    return tuple(
        FileRow(
            line_id=row.line_id,
            sha256=row.sha256,
            kind=row.kind,
            media_type=row.media_type,
            name=row.name,
            size=row.size,
            note=row.note,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    )


def told(db: Connection, lines: Select[tuple[int]] | list[int]) -> dict[int, Told]:
    """What people told and brought, by line; lines of which nobody spoke are left out."""
    described: dict[int, bool] = {}
    for row in db.execute(
        select(
            claim_report.c.line_id,
            func.max(case((claim_report.c.checks_json != "[]", 1), else_=0)).label("tried"),
        )
        .where(claim_report.c.line_id.in_(lines))
        .group_by(claim_report.c.line_id)
    ):
        described[row.line_id] = bool(row.tried)
    checked = set(
        db.execute(
            select(claim_event.c.line_id)
            .where(claim_event.c.line_id.in_(lines), claim_event.c.type == CHECKED)
            .where(claim_event.c.payload_json.not_like(f'%"{_NOT_DONE}"%'))
            .distinct()
        ).scalars()
    )
    kinds: dict[int, dict[str, int]] = {}
    for row in db.execute(
        select(claim_file.c.line_id, claim_file.c.kind, func.count().label("files"))
        .where(claim_file.c.line_id.in_(lines))
        .group_by(claim_file.c.line_id, claim_file.c.kind)
    ):
        kinds.setdefault(row.line_id, {})[row.kind] = row.files
    told_by_agents = _told_by_agents(db, list(described))
    return {
        line: Told(
            has_description=line in described,
            has_tried=described.get(line, False) or line in checked,
            file_kinds=frozenset(kinds.get(line, ())),
            files=sum(kinds.get(line, {}).values()),
            is_alone=line in described and line not in told_by_agents,
        )
        for line in {*described, *kinds, *checked}
    }


def _told_by_agents(db: Connection, lines: list[int]) -> set[int]:
    """Which of these lines have a finding that no person reported."""
    if not lines:
        return set()
    return set(
        db.execute(
            select(finding.c.line_id)
            .where(finding.c.line_id.in_(lines), finding.c.episode_id.is_not(None))
            .distinct()
        ).scalars()
    )


def places_of(db: Connection, serial: str) -> tuple[Place, ...]:
    """Where this serial hangs, as agents tell it; () when none ever saw it."""
    rows = db.execute(
        select(position)
        .join(site, site.c.id == position.c.site_id)
        .where(position.c.label_serial == serial)
        .order_by(position.c.id)
    )
    return tuple(
        Place(
            position_id=row.id,
            site_id=row.site_id,
            organisation_id=row.organisation_id,
            model=row.model,
        )
        for row in rows
    )


def settle(
    db: Connection, *, line_id: int, organisation_id: str, position_id: int, site_id: str
) -> None:
    """An agent of the same organisation sees the device of a line by now: that is its place."""
    db.execute(
        update(claim_line)
        .where(
            claim_line.c.id == line_id,
            claim_line.c.position_id.is_(None),
            claim_line.c.organisation_id == organisation_id,
            claim_line.c.subject == Subject.UNIT.value,
        )
        .values(position_id=position_id, site_id=site_id)
    )


def raise_quantity(db: Connection, *, line_id: int, quantity: int) -> bool:
    """More pieces of a lot have failed by now; False when no more than was known."""
    found = db.execute(
        update(claim_line)
        .where(claim_line.c.id == line_id, claim_line.c.quantity < quantity)
        .values(quantity=quantity)
    )
    return found.rowcount == 1


def number_of(db: Connection, line_id: int) -> tuple[int, str]:
    """``(case id, number)`` of a line; NoResultFound when there is no such line."""
    row = db.execute(
        select(claim_case.c.id, claim_case.c.number)
        .join(claim_line, claim_line.c.case_id == claim_case.c.id)
        .where(claim_line.c.id == line_id)
    ).one()
    return int(row.id), str(row.number)


def deliveries_of_lot(db: Connection, lot: str) -> Deliveries:
    """What the registry knows of a lot of modules: pieces delivered under its number."""
    row = db.execute(
        select(
            func.min(unit.c.delivered_on, type_=unit.c.delivered_on.type).label("first"),
            func.max(unit.c.delivered_on, type_=unit.c.delivered_on.type).label("last"),
            func.count().label("pieces"),
            func.count(unit.c.delivered_on).label("dated"),
            func.min(unit.c.model).label("model"),
            func.min(unit.c.product).label("product"),
            func.min(unit.c.buyer).label("buyer"),
        ).where(unit.c.batch == lot)
    ).one()
    is_dated = row.pieces > 0 and row.dated == row.pieces
    return Deliveries(
        first=row.first if is_dated else None,
        last=row.last if is_dated else None,
        is_known=row.pieces > 0,
        model=row.model or "",
        product=row.product or "",
        buyer=row.buyer or "",
    )


def _read(row: Row[*tuple[Any, ...]]) -> ReportRow:
    return ReportRow(
        id=row.id,
        line_id=row.line_id,
        code=row.code,
        onset_on=row.onset_on,
        description=row.description,
        reporter=row.reporter,
        via=row.via,
        at=row.at,
        tried=tuple(json.loads(row.checks_json)),
        digest=row.digest,
    )
