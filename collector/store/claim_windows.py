"""How far back the readings of a position must stay for a pre-claim that is not closed yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from collector.store.tables import claim_line, episode, finding
from collector.telemetry.samples import DAY_S, second_of

BEFORE: Final = timedelta(days=90)
"""What an engineer compares with: the longest that a rule of the agent looks back."""


def first_days(db: Connection) -> dict[int, int]:
    """The first day (since 1970) that must stay, by position; only of open lines."""
    began = func.coalesce(
        func.min(episode.c.onset_at, type_=episode.c.onset_at.type),
        claim_line.c.opened_at,
        type_=claim_line.c.opened_at.type,
    )
    rows = db.execute(
        select(claim_line.c.position_id, began.label("began"))
        .select_from(
            claim_line.outerjoin(finding, finding.c.line_id == claim_line.c.id).outerjoin(
                episode, episode.c.id == finding.c.episode_id
            )
        )
        .where(claim_line.c.closed_at.is_(None), claim_line.c.position_id.is_not(None))
        .group_by(claim_line.c.id, claim_line.c.position_id, claim_line.c.opened_at)
    )
    found: dict[int, int] = {}
    for position_id, at in rows:
        day = second_of(at - BEFORE) // DAY_S
        found[position_id] = min(day, found.get(position_id, day))
    return found
