"""Which line a new one repeats: the same fault of the same serial, resolved not long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from collector.claims.lifecycle import LineState
from collector.store.tables import claim_case, claim_line, finding

_RESOLVED: Final = (LineState.RESOLVED.value, LineState.CLOSED.value)
_OWN: Final = claim_line.alias("own")
_BEFORE: Final = (
    select(claim_line.c.id, claim_case.c.number, _OWN.c.organisation_id)
    .join(_OWN, _OWN.c.serial_key == claim_line.c.serial_key)
    .join(claim_case, claim_case.c.id == claim_line.c.case_id)
    .join(finding, finding.c.line_id == claim_line.c.id)
    .where(
        _OWN.c.id == bindparam("line"),
        _OWN.c.repeat_of.is_(None),
        _OWN.c.label_serial != "",
        claim_line.c.id < bindparam("line"),
        claim_line.c.state.in_(_RESOLVED),
        claim_line.c.closed_at >= bindparam("since"),
        finding.c.code == bindparam("fault"),
    )
    .order_by(claim_line.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The line that was resolved; ``organisation_id`` is that of the new one."""

    line_id: int
    number: str
    organisation_id: str


def find(db: Connection, line_id: int, *, code: str, since: datetime) -> Before | None:
    """The newest resolved line of this line's serial with this fault; None where there is none,
    and for a line that is linked to one already or has no serial."""
    row = db.execute(_BEFORE, {"line": line_id, "since": since, "fault": code}).first()
    if row is None:
        return None
    return Before(line_id=row.id, number=row.number, organisation_id=row.organisation_id)
