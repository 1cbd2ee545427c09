"""What people do to a claim line: move it by the table, with the reason, in its history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.claims.lifecycle import ENDED, Actor, IllegalMoveError, LineState, check
from collector.store import cases


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

    The caller has checked that the line is within the actor's scope.
    """
    known = cases.state_of(db, line_id)
    if known is None:
        raise IllegalMoveError("there is no such claim line")
    source, organisation_id = known
    move = check(source=source, target=target, actor=role, reason=reason)
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
