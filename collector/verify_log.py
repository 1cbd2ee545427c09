"""Walks the log of every claim line and firmware case: each chain must hold, and what is told
elsewhere follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from collector.claims.chain import first_break
from collector.claims.story import fold
from collector.store import cases, firmware_cases, stories
from collector.store.tables import claim_case, claim_event, claim_line, firmware_case

LINES_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first thing in a line, or a case, that does not follow: an event, or a column (``seq``
    None)."""

    number: str
    line_id: int  # or the id of the firmware case
    seq: int | None = None
    column: str = ""
    stored: str = ""
    told: str = ""  # by the log


@dataclass(slots=True, kw_only=True)
class Walked:
    """How far the walk came."""

    lines: int = 0
    events: int = 0


def walk(db: Connection, walked: Walked) -> Iterator[Break]:
    """Every line whose chain is broken or whose columns differ from its log, oldest first.

    Events that were cut off a chain's end leave a whole chain: the columns still tell them.
    """
    after = 0
    while rows := db.execute(
        select(claim_line, claim_case.c.number)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(claim_line.c.id > after)
        .order_by(claim_line.c.id)
        .limit(LINES_AT_ONCE)
    ).all():
        for row in rows:
            walked.lines += 1
            found = _look_at(db, row.id, row.number, row._mapping, walked)  # type: ignore[arg-type]
            if found:
                yield found
        after = rows[-1].id


def walk_firmware(db: Connection, walked: Walked) -> Iterator[Break]:
    """The same of every firmware case, oldest first; each counts as a line."""
    for row in db.execute(select(firmware_case).order_by(firmware_case.c.id)).all():
        walked.lines += 1
        number = firmware_cases.number_of(row.id, row.opened_at)
        chain = firmware_cases.chain_of(db, row.id)
        walked.events += len(chain)
        index = first_break((entry, before, own) for _, entry, before, own in chain)
        if index is not None:
            yield Break(number=number, line_id=row.id, seq=chain[index][0])
            continue
        told = firmware_cases.projection(firmware_cases.story_of(db, row.id))
        for column, value in told.items():
            if row._mapping[column] != value:
                yield Break(
                    number=number,
                    line_id=row.id,
                    column=column,
                    stored=str(row._mapping[column]),
                    told=str(value),
                )
                break


def _look_at(
    db: Connection, line_id: int, number: str, stored: dict[str, object], walked: Walked
) -> Break | None:
    chain = cases.chain_of(db, line_id)
    walked.events += len(chain)
    index = first_break(chain)
    if index is not None:
        seqs = db.execute(
            select(claim_event.c.seq)
            .where(claim_event.c.line_id == line_id)
            .order_by(claim_event.c.seq)
        ).scalars()
        return Break(number=number, line_id=line_id, seq=list(seqs)[index])
    told = stories.projection(fold(stories.log_of(db, line_id)))
    for column, value in told.items():
        if value is None and column in stories.LINKS:
            continue
        if stored[column] != value:
            return Break(
                number=number,
                line_id=line_id,
                column=column,
                stored=str(stored[column]),
                told=str(value),
            )
    return None
