"""One case for people: all its lines, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from collector.claims.lifecycle import LineState
from collector.store.scope import Scope
from collector.store.tables import claim_case, claim_line
from collector.store.views.claims import PreClaim, by_ids

S = LineState
APPROVED: Final = frozenset(
    state.value
    for state in (
        S.APPROVED,
        S.AWAITING_RETURN,
        S.RECEIVED,
        S.RESOLVING,
        S.FULFILLED,
        S.RESOLVED,
        S.CLOSED,
    )
)
"""A line gets there by an approval alone."""
_WORST: Final = (
    S.NEED_INFO, S.REJECTED, S.SUBMITTED, S.IN_REVIEW, S.DRAFT, S.READY, S.RECEIVED, S.APPROVED,
    S.AWAITING_RETURN, S.RESOLVING, S.FULFILLED,
)  # fmt: skip
MOST: Final = 2000
"""Lines of a case: as many as a list of reports may have rows, so that none is left out of its
counts, nor of what is said of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case and its lines."""

    id: int
    number: str
    buyer: str
    maker: str
    reporter: str
    opened_at: datetime
    ship_to: str
    confirmed_at: datetime | None
    confirmed_by: str
    lines: tuple[PreClaim, ...]

    @property
    def approved(self) -> int:
        """How many lines were approved."""
        return sum(line.state in APPROVED for line in self.lines)

    @property
    def state(self) -> str:
        """What the case shows: the line that most needs somebody."""
        states = {line.state for line in self.lines}
        worst = next((one.value for one in _WORST if one.value in states), "")
        return worst or (self.lines[0].state if self.lines else "")

    @property
    def due_at(self) -> datetime | None:
        """The first deadline of all lines."""
        return min((line.due_at for line in self.lines if line.due_at), default=None)


def find_case(db: Connection, scope: Scope, case_id: int) -> CaseFile | None:
    """The case; None when it does not exist or lies outside the slice."""
    row = db.execute(
        select(claim_case).where(
            scope.covers(claim_case.c.organisation_id), claim_case.c.id == case_id
        )
    ).one_or_none()
    if row is None:
        return None
    lines = db.execute(
        select(claim_line.c.id)
        .where(claim_line.c.case_id == case_id, scope.covers(claim_line.c.organisation_id))
        .order_by(claim_line.c.id)
        .limit(MOST)
    )
    return CaseFile(
        id=row.id,
        number=row.number,
        buyer=row.buyer,
        maker=row.maker,
        reporter=row.reporter,
        opened_at=row.opened_at,
        ship_to=row.ship_to,
        confirmed_at=row.ship_to_confirmed_at,
        confirmed_by=row.ship_to_confirmed_by,
        lines=by_ids(db, scope, list(lines.scalars())),
    )
