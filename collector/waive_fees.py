"""Waives the fee of an earlier claim in which no fault was found, once the unit's is confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.claims.no_fault import FEE_WAIVED
from collector.store import answers, cases, claim_votes, stories
from collector.store.cases import LineRow

COLLECTOR: Final = "collector"


def waive_fees(db: Connection, line: LineRow, *, now: datetime) -> None:
    """Note it on each earlier line of the same unit and organisation that still has one, and that
    was claimed for the same kind of fault: another fault later proves nothing of the first."""
    if not line.label_serial:
        return
    number, kinds = answers.read(db, line.id).case_number, _kinds(db, line.id)
    for earlier in cases.earlier_of(db, line):
        story = stories.story_of(db, earlier)
        if not story.fee or story.fee_waived_by or kinds.isdisjoint(_kinds(db, earlier)):
            continue
        cases.append_event(
            db,
            line_id=earlier,
            organisation_id=line.organisation_id,
            actor=COLLECTOR,
            role=Actor.SYSTEM.value,
            type_=FEE_WAIVED,
            payload={"by": number, "line": line.id},
            now=now,
        )


def _kinds(db: Connection, line_id: int) -> frozenset[str]:
    """What its faults are of, by the first word of their codes: 'ircut', 'battery'."""
    return frozenset(code.partition(".")[0] for code in claim_votes.codes_of(db, line_id))
