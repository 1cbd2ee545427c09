"""The same fault of the same serial soon after it was resolved: the new line says of which one it
is the repeat (claims and warranty, section 12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.store import cases, repeats


def link_repeat(
    db: Connection, line_id: int, *, code: str, within: timedelta, now: datetime
) -> int | None:
    """Link the line to the one that was resolved for this fault less than ``within`` ago.

    The id of that line; None where there is none, or the line is a repeat of one already.
    """
    before = repeats.find(db, line_id, code=code, since=now - within)
    if before is None:
        return None
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=before.organisation_id,
        actor="collector",
        role=Actor.SYSTEM.value,
        type_="repeat_linked",
        payload={"repeat_of": before.line_id, "number": before.number, "code": code},
        now=now,
    )
    return before.line_id
