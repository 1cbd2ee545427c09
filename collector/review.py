"""What people do to a claim line: move it by the table, with the reason, in its history."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.lifecycle import ENDED, Actor, IllegalMoveError, LineState, check
from collector.claims.warranty import WarrantyVerdict
from collector.store import cases, profiles

NEEDS_PROOF: Final = frozenset({LineState.READY, LineState.SUBMITTED})
# claims and warranty, section 8, row 4: such a line is submitted by hand, with the reason.
NEEDS_OVERRIDE: Final = frozenset(
    {WarrantyVerdict.OUT.value, WarrantyVerdict.DUPLICATE_SERIAL.value}
)


class UnprovenError(IllegalMoveError):
    """Nothing but readings of an unproven firmware profile carries the line."""


def move_line(
    db: Connection,
    *,
    line_id: int,
    target: LineState,
    actor: str,
    role: Actor,
    reason: str,
    now: datetime,
) -> None:
    """Move a line; IllegalMoveError when the table forbids it or somebody was faster.

    UnprovenError when it would be ready or submitted while no finding carries it: nobody may, and
    no policy lets it; only an engineer's confirmation does (``confirm``).

    The caller has checked that the line is within the actor's scope.
    """
    profiles.hold(db, line_id)
    known = cases.state_of(db, line_id)
    if known is None:
        raise IllegalMoveError("there is no such claim line")
    source, organisation_id = known
    move = check(source=source, target=target, actor=role, reason=reason)
    if target is LineState.SUBMITTED and not reason.strip():
        verdict = cases.warranty_of(db, line_id)
        if verdict in NEEDS_OVERRIDE:
            raise IllegalMoveError(f"the warranty verdict is {verdict}: submitting needs a reason")
    if target in NEEDS_PROOF and profiles.is_unproven(db, line_id):
        raise UnprovenError("profile unproven: an engineer must confirm the readings first")
    closed_at = now if target in ENDED else None
    if not cases.set_state(db, line_id=line_id, source=source, target=target, closed_at=closed_at):
        raise IllegalMoveError("somebody else moved this line at the same time")
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=organisation_id,
        actor=actor,
        role=role.value,
        type_="moved",
        payload={
            "from": source.value,
            "to": target.value,
            "rule": move.number,
            "reason": reason.strip(),
        },
        now=now,
    )
