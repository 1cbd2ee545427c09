"""Waives the fee of an earlier claim in which no fault was found, once the unit's is confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.claims.no_fault import FEE_WAIVED
from collector.store import answers, cases, stories
from collector.store.cases import LineRow

COLLECTOR: Final = "collector"


def waive_fees(db: Connection, line: LineRow, *, now: datetime) -> None:
    """Note it on each earlier line of the same unit and organisation that still has one."""
    if not line.label_serial:
        return
    number = answers.read(db, line.id).case_number
    for earlier in cases.earlier_of(db, line):
        story = stories.story_of(db, earlier)
        if not story.fee or story.fee_waived_by:
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
