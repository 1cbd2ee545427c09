"""What an answer to a line needs of its case, and what it leaves there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, true, update

from collector.store.scope import Scope
from collector.store.tables import claim_case, claim_line, claim_report


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """The line and its case, as far as suggestions look at them."""

    case_id: int
    case_number: str
    component: str
    subject: str
    model: str
    label_serial: str
    organisation_id: str
    reported_at: datetime | None  # the first report by a person


def read(db: Connection, line_id: int) -> AnswerFacts:
    """The facts of a line; NoResultFound when there is none."""
    first = (
        select(func.min(claim_report.c.at, type_=claim_report.c.at.type))
        .where(claim_report.c.line_id == line_id)
        .scalar_subquery()
    )
    row = db.execute(
        select(claim_line, claim_case.c.number, first.label("reported_at"))
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(claim_line.c.id == line_id)
    ).one()
    return AnswerFacts(
        case_id=row.case_id,
        case_number=row.number,
        component=row.component,
        subject=row.subject,
        model=row.model,
        label_serial=row.label_serial,
        organisation_id=row.organisation_id,
        reported_at=row.reported_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """The case of a line: where it is shipped to, and how many of its lines stand where."""

    id: int
    number: str
    ship_to: str
    confirmed_at: datetime | None
    confirmed_by: str
    states: tuple[tuple[str, int], ...]

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return sum(count for _, count in self.states)


def case_of(db: Connection, line_id: int) -> CaseRow:
    """The case of a line; NoResultFound when there is no such line."""
    row = db.execute(
        select(claim_case)
        .join(claim_line, claim_line.c.case_id == claim_case.c.id)
        .where(claim_line.c.id == line_id)
    ).one()
    states = db.execute(
        select(claim_line.c.state, func.count().label("lines"))
        .where(claim_line.c.case_id == row.id)
        .group_by(claim_line.c.state)
        .order_by(claim_line.c.state)
    )
    return CaseRow(
        id=row.id,
        number=row.number,
        ship_to=row.ship_to,
        confirmed_at=row.ship_to_confirmed_at,
        confirmed_by=row.ship_to_confirmed_by,
        states=tuple((one.state, one.lines) for one in states),
    )


def ship_to(db: Connection, *, line_id: int, address: str, actor: str, now: datetime) -> None:
    """Keep where the line's case is shipped to, confirmed now."""
    case_id = select(claim_line.c.case_id).where(claim_line.c.id == line_id).scalar_subquery()
    db.execute(
        update(claim_case)
        .where(claim_case.c.id == case_id)
        .values(ship_to=address, ship_to_confirmed_at=now, ship_to_confirmed_by=actor[:120])
    )


def lines_named(db: Connection, scope: Scope, text: str) -> tuple[int, ...]:
    """The open lines that a pre-claim's number, a serial, or a line's own id names within the
    slice: a serial has one open line, a number may have many."""
    asked = text.strip().upper()
    if asked.isascii() and asked.isdecimal() and int(asked) < 2**31:
        named = or_(claim_line.c.id == int(asked), claim_line.c.label_serial == asked)
    else:
        named = or_(
            claim_case.c.number == asked, claim_line.c.label_serial.in_({asked, text.strip()})
        )
    rows = db.execute(
        select(claim_line.c.id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(scope.covers(claim_line.c.organisation_id), named, claim_line.c.closed_at.is_(None))
        .order_by(claim_line.c.id)
    )
    return tuple(rows.scalars())


def waiting_for(
    db: Connection,
    scope: Scope,
    serials: Collection[str],
    states: Collection[str],
    *,
    path: str = "",
) -> tuple[int, ...]:
    """Lines of the slice in one of these states, and on this path where one is named, whose label
    has one of these serials; oldest first."""
    rows = db.execute(
        select(claim_line.c.id)
        .where(
            scope.covers(claim_line.c.organisation_id),
            claim_line.c.label_serial.in_(sorted(serials)),
            claim_line.c.state.in_(sorted(states)),
            claim_line.c.path == path if path else true(),
        )
        .order_by(claim_line.c.id)
    )
    return tuple(rows.scalars())
