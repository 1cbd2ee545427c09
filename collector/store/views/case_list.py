"""Cases as a list: whose, from whom to whom, and how far their lines are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.store.scope import Scope
from collector.store.tables import claim_case, claim_line


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What the list shows; '' means all."""

    number: str = ""
    buyer: str = ""
    maker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case; ``states`` counts its lines by state."""

    id: int
    number: str
    organisation_id: str
    buyer: str
    maker: str
    reporter: str
    opened_at: datetime
    ship_to: str
    due_at: datetime | None  # of the first running clock of its lines
    states: Mapping[str, int]


def list_cases(
    db: Connection, scope: Scope, wanted: CaseFilter, *, before: int = 0, limit: int = 100
) -> tuple[CaseRow, ...]:
    """Cases of the slice, newest first; ``before`` is the id to go on from, 0 for the top."""
    query = select(claim_case).where(scope.covers(claim_case.c.organisation_id))
    for column, value in (
        (claim_case.c.number, wanted.number),
        (claim_case.c.buyer, wanted.buyer),
        (claim_case.c.maker, wanted.maker),
    ):
        if value:
            query = query.where(column == value)
    if before:
        query = query.where(claim_case.c.id < before)
    rows = db.execute(query.order_by(claim_case.c.id.desc()).limit(limit)).all()
    counted: dict[int, dict[str, int]] = {}
    due: dict[int, datetime] = {}
    for one in db.execute(
        select(
            claim_line.c.case_id,
            claim_line.c.state,
            func.count().label("lines"),
            func.min(claim_line.c.due_at).label("due_at"),
        )
        .where(
            claim_line.c.case_id.in_([row.id for row in rows]),
            scope.covers(claim_line.c.organisation_id),
        )
        .group_by(claim_line.c.case_id, claim_line.c.state)
        .order_by(claim_line.c.case_id, claim_line.c.state)
    ):
        counted.setdefault(one.case_id, {})[one.state] = int(one.lines)
        if one.due_at is not None:
            due[one.case_id] = min(one.due_at, due.get(one.case_id, one.due_at))
    return tuple(
        CaseRow(
            id=row.id,
            number=row.number,
            organisation_id=row.organisation_id,
            buyer=row.buyer,
            maker=row.maker,
            reporter=row.reporter,
            opened_at=row.opened_at,
            ship_to=row.ship_to,
            due_at=due.get(row.id),
            states=counted.get(row.id, {}),
        )
        for row in rows
    )
