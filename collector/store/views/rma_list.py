"""The master list of claims: every line of a maker, a buyer and a period, with its RMA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from collector.store.portions import portions
from collector.store.scope import Scope
from collector.store.tables import claim_case, claim_line, finding, site, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaFilter:
    """Which lines; '' and None mean all. Days are of the opening, in UTC, both inclusive."""

    maker: str = ""
    buyer: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaLine:
    """One line of the list."""

    id: int
    number: str
    rma_number: str
    serial: str
    quantity: int
    maker: str
    model: str
    batch: str
    buyer: str
    site: str
    component: str
    codes: tuple[str, ...]
    state: str
    path: str
    origin: str
    warranty: str
    warranty_until: date | None
    delivered_on: date | None
    replacement: str
    opened_at: datetime
    submitted_at: datetime | None
    fulfilled_at: datetime | None
    closed_at: datetime | None


def list_lines(
    db: Connection, scope: Scope | None, wanted: RmaFilter, *, limit: int = 0
) -> tuple[RmaLine, ...]:
    """The lines by number; ``scope`` None: of all organisations, ``limit`` 0: every one."""
    newer = unit.alias("newer")
    maker = func.coalesce(func.nullif(claim_case.c.maker, ""), unit.c.maker, "")
    query = (
        select(
            claim_line,
            claim_case.c.number,
            claim_case.c.buyer,
            maker.label("maker"),
            unit.c.delivered_on,
            site.c.name.label("site_name"),
            newer.c.serial.label("replacement"),
        )
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(unit, unit.c.serial == claim_line.c.label_serial)
        .outerjoin(
            newer, (newer.c.replaces == claim_line.c.label_serial) & (newer.c.replaces != "")
        )
        .outerjoin(site, site.c.id == claim_line.c.site_id)
        .where(*_conditions(scope, wanted, maker))
        .order_by(claim_line.c.id)
    )
    if limit:
        query = query.limit(limit)
    rows = db.execute(query).all()
    codes = _codes(db, [row.id for row in rows])
    return tuple(_once(_read(row, codes.get(row.id, ())) for row in rows))


def list_makers(db: Connection, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The makers and buyers that lines of the slice name, for filters."""
    own = scope.covers(claim_line.c.organisation_id)
    cases = select(claim_line.c.case_id).where(own)
    units = select(claim_line.c.label_serial).where(own)
    buyers = db.execute(
        select(claim_case.c.buyer)
        .where(claim_case.c.id.in_(cases), claim_case.c.buyer != "")
        .distinct()
    ).scalars()
    makers = {
        *db.execute(
            select(claim_case.c.maker)
            .where(claim_case.c.id.in_(cases), claim_case.c.maker != "")
            .distinct()
        ).scalars(),
        *db.execute(
            select(unit.c.maker).where(unit.c.serial.in_(units), unit.c.maker != "").distinct()
        ).scalars(),
    }
    return {"maker": tuple(sorted(makers)), "buyer": tuple(sorted(buyers))}


def _conditions(
    scope: Scope | None, wanted: RmaFilter, maker: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if scope is not None:
        found.append(scope.covers(claim_line.c.organisation_id))
    if wanted.maker:
        found.append(maker == wanted.maker)
    if wanted.buyer:
        found.append(claim_case.c.buyer == wanted.buyer)
    if wanted.since is not None:
        found.append(claim_line.c.opened_at >= _midnight(wanted.since))
    if wanted.until is not None:
        found.append(claim_line.c.opened_at < _midnight(wanted.until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")


def _codes(db: Connection, lines: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for some in portions(lines):
        for row in db.execute(
            select(finding.c.line_id, finding.c.code)
            .where(finding.c.line_id.in_(some))
            .distinct()
            .order_by(finding.c.line_id, finding.c.code)
        ):
            found[row.line_id] = (*found.get(row.line_id, ()), row.code)
    return found


def _once(lines: Iterator[RmaLine]) -> Iterator[RmaLine]:
    """A line whose serial was replaced twice stands once."""
    last = 0
    for line in lines:
        if line.id != last:
            yield line
        last = line.id


def _read(row: Row[Any], codes: tuple[str, ...]) -> RmaLine:
    return RmaLine(
        id=row.id,
        number=row.number,
        rma_number=row.rma_number,
        serial=row.label_serial,
        quantity=row.quantity,
        maker=row.maker,
        model=row.model,
        batch=row.batch,
        buyer=row.buyer,
        site=row.site_name or "",
        component=row.component,
        codes=codes,
        state=row.state,
        path=row.path,
        origin=row.fault_origin,
        warranty=row.warranty_verdict,
        warranty_until=row.warranty_until,
        delivered_on=row.delivered_on,
        replacement=row.replacement or "",
        opened_at=row.opened_at,
        submitted_at=row.submitted_at,
        fulfilled_at=row.fulfilled_at,
        closed_at=row.closed_at,
    )
