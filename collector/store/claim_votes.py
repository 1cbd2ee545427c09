"""Claims that the factory decided since the last look, and the machine's verdicts behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from collector.claims.lifecycle import LineState
from collector.claims.no_fault import JUDGED
from collector.claims.story import read_payload
from collector.store.tables import (
    claim_case,
    claim_event,
    claim_line,
    decision,
    episode,
    finding,
    position,
)

# Into review: an appeal, or a bench without a finding.
_TELLS: Final = frozenset(
    state.value for state in (LineState.APPROVED, LineState.REJECTED, LineState.IN_REVIEW)
)
SOURCE: Final = "claim_votes"  # of the cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The last step of a line within the look: who took it, and with which words."""

    line_id: int
    number: str
    actor: str
    role: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A decision of the machine that opened or joined a line."""

    decision_id: int
    organisation_id: str
    code: str
    proof: str  # as its event states it; '' as the code promises
    position_id: int
    site_id: str


def moved_after(db: Connection, last: int, *, limit: int) -> tuple[tuple[Moved, ...], int]:
    """Lines that the factory decided, or took back, beyond this entry of the log, each with its
    last such step; and the last entry that was read."""
    rows = db.execute(
        select(claim_event, claim_case.c.number)
        .join(claim_line, claim_line.c.id == claim_event.c.line_id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(claim_event.c.seq > last, claim_event.c.type.in_(("moved", JUDGED)))
        .order_by(claim_event.c.seq)
        .limit(limit)
    ).all()
    found = {
        row.line_id: Moved(
            line_id=row.line_id,
            number=row.number,
            actor=row.actor,
            role=row.role,
            payload=row.payload_json,
        )
        for row in rows
        if row.type == JUDGED or read_payload(row.payload_json).get("to") in _TELLS
    }
    if len(rows) == limit:
        return tuple(found.values()), int(rows[-1].seq)
    newest = db.execute(select(func.coalesce(func.max(claim_event.c.seq), last))).scalar_one()
    return tuple(found.values()), int(newest)


def codes_of(db: Connection, line_id: int) -> frozenset[str]:
    """The faults that a line carries."""
    rows = db.execute(select(finding.c.code).where(finding.c.line_id == line_id).distinct())
    return frozenset(rows.scalars())


def behind(db: Connection, line_id: int) -> tuple[Behind, ...]:
    """The machine's decisions behind a line; none where people reported all of it."""
    rows = db.execute(
        select(
            decision.c.id,
            decision.c.organisation_id,
            episode.c.code,
            episode.c.proof,
            episode.c.position_id,
            position.c.site_id,
        )
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(position, position.c.id == episode.c.position_id)
        .where(decision.c.line_id == line_id, decision.c.outcome == "claim")
        .order_by(decision.c.id)
    )
    return tuple(
        Behind(
            decision_id=row.id,
            organisation_id=row.organisation_id,
            code=row.code,
            proof=row.proof,
            position_id=row.position_id,
            site_id=row.site_id,
        )
        for row in rows
    )
