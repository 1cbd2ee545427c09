"""Which pre-claims a list shows and in which order, as ids; ``claims`` reads the rest for these.

The search for the ids looks at no other table's rows, so that what has to be sorted is small, and
on SQLite it is written so that it needs no statistics: a collector never runs ANALYZE, and without
them SQLite takes every ``IN`` for a short list and every index for a good one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    select,
    union,
)

from collector.store.scope import Scope
from collector.store.tables import claim_case, claim_line, finding, position

FEW: Final = 5000
"""Findings of a code that are looked up one by one; of a code with more, lines are walked from
the newest on. Measured at 100,000 lines: 5,000 look-ups take 8 ms, a walk that finds nothing 75."""
_OF_NUMBERS: Final = frozenset("PC-0123456789")
_COUNTED: Final = select(func.count()).select_from(
    select(finding.c.code).where(finding.c.code == bindparam("fault")).limit(FEW + 1).subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """What the list shows; empty means all, ``turn`` is open, done or all."""

    turn: str = "all"
    state: str = ""
    site: str = ""
    model: str = ""
    batch: str = ""
    code: str = ""
    warranty: str = ""
    search: str = ""
    sort: str = ""  # due: lines on a running clock, what is due first before; '' is newest first


def page_of(
    db: Connection, scope: Scope, wanted: ClaimFilter, *, before: int, limit: int
) -> list[int]:
    """Lines of the slice in order; ``before`` is the id to go on from, 0 for the top."""
    query = select(claim_line.c.id).where(*_conditions(db, scope, wanted))
    if wanted.sort == "due":
        query = _by_due(query, before)
    else:
        query = query.order_by(claim_line.c.id.desc())
        if before:
            query = query.where(claim_line.c.id < before)
    return list(db.execute(query.limit(limit)).scalars())


def _by_due(query: Select[Any], before: int) -> Select[Any]:
    """What is due first before; the page goes on behind the line ``before``."""
    ordered = query.where(claim_line.c.due_at.is_not(None)).order_by(
        claim_line.c.due_at, claim_line.c.id
    )
    if not before:
        return ordered
    last = claim_line.alias("last")
    due_at = select(last.c.due_at).where(last.c.id == before).scalar_subquery()
    return ordered.where(
        (claim_line.c.due_at > due_at)
        | ((claim_line.c.due_at == due_at) & (claim_line.c.id > before))
    )


def _conditions(db: Connection, scope: Scope, wanted: ClaimFilter) -> list[ColumnElement[bool]]:
    is_sqlite = db.dialect.name == "sqlite"
    found = [_in_slice(scope, is_sqlite=is_sqlite)]
    if wanted.turn == "open":
        found.append(claim_line.c.closed_at.is_(None))
    if wanted.turn == "done":
        found.append(claim_line.c.closed_at.is_not(None))
    exact = {
        claim_line.c.state: wanted.state,
        claim_line.c.site_id: wanted.site,
        claim_line.c.model: wanted.model,
        claim_line.c.batch: wanted.batch,
        claim_line.c.warranty_verdict: wanted.warranty,
    }
    found.extend(column == value for column, value in exact.items() if value)
    if wanted.code:
        found.append(_has_code(db, wanted.code, is_sqlite=is_sqlite))
    if wanted.search:
        found.append(claim_line.c.id.in_(_matching(wanted.search, is_sqlite=is_sqlite)))
    return found


def _in_slice(scope: Scope, *, is_sqlite: bool) -> ColumnElement[bool]:
    """The slice; SQLite is told that one of several organisations holds much of the table, for
    else it gathers and sorts the whole slice to show its newest page."""
    within = scope.covers(claim_line.c.organisation_id)
    if not is_sqlite or len(scope.organisation_ids) == 1:
        return within
    likely: ColumnElement[Any] = func.likely(within)  # of no type: a Boolean one is compared to 1
    return likely


def _has_code(db: Connection, code: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    """A finding of the code is on the line, whoever's finding it is: a device that hangs at
    another organisation by now adds to the line that is open for its serial."""
    on_line = exists().where(finding.c.line_id == claim_line.c.id, finding.c.code == code)
    if is_sqlite and db.execute(_COUNTED, {"fault": code}).scalar_one() <= FEW:
        return claim_line.c.id.in_(select(finding.c.line_id).where(finding.c.code == code))
    return on_line


def _matching(text: str, *, is_sqlite: bool) -> CompoundSelect[int]:
    """Lines whose serial, number or device name holds the text: one look through one index each,
    instead of three texts of every joined row. LIKE of SQLite ignores case by itself."""

    def holds(column: Column[str]) -> ColumnElement[bool]:
        if is_sqlite:
            return column.contains(text, autoescape=True)
        # By the rules of a language PostgreSQL takes four times as long to ignore case, and for
        # letters of ASCII they say the same.
        folded = column.collate("C") if text.isascii() else column
        return folded.icontains(text, autoescape=True)

    named = select(position.c.id).where(holds(position.c.name))
    looks = [
        select(claim_line.c.id).where(holds(claim_line.c.label_serial)),
        select(claim_line.c.id).where(claim_line.c.position_id.in_(named)),
    ]
    if _OF_NUMBERS.issuperset(text.upper()):
        numbered = select(claim_case.c.id).where(holds(claim_case.c.number))
        if is_sqlite and text.upper().startswith("P"):
            # Its only P begins a number: the text can but be its beginning, which an index finds
            # by bounds. PostgreSQL may sort by the rules of a language, in which ~ is not last.
            first = text.upper()
            numbered = numbered.where(claim_case.c.number.between(first, f"{first}~"))
        looks.append(select(claim_line.c.id).where(claim_line.c.case_id.in_(numbered)))
    return union(*looks)
