"""Which line a new one repeats: the same fault of the same serial, resolved not long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from collector.claims.lifecycle import LineState
from collector.store.tables import claim_case, claim_line, finding

_RESOLVED: Final = (LineState.RESOLVED.value, LineState.CLOSED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The line that was resolved; ``organisation_id`` is that of the new one."""

    line_id: int
    number: str
    organisation_id: str


def find(db: Connection, line_id: int, *, code: str, since: datetime) -> Before | None:
    """The newest resolved line of this line's serial with this fault; None where there is none,
    and for a line that is linked to one already or has no serial."""
    own = claim_line.alias("own")
    row = db.execute(
        select(claim_line.c.id, claim_case.c.number, own.c.organisation_id)
        .join(own, own.c.serial_key == claim_line.c.serial_key)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .join(finding, finding.c.line_id == claim_line.c.id)
        .where(
            own.c.id == line_id,
            own.c.repeat_of.is_(None),
            own.c.label_serial != "",
            claim_line.c.id < line_id,
            claim_line.c.state.in_(_RESOLVED),
            claim_line.c.closed_at >= since,
            finding.c.code == code,
        )
        .order_by(claim_line.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Before(line_id=row.id, number=row.number, organisation_id=row.organisation_id)
