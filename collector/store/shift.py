"""Moves the moments that the collector waits for: its clock was set, or it was not at work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from collector.store import letters
from collector.store.tables import agent, decision, episode, position

# After its next health message brought a receipt, an agent sends its other rows again within 36 s.
RESENT_WITHIN: Final = timedelta(minutes=1)
PROMISE_UNKNOWN_S: Final = 300.0  # the policy's default


def hold_longer(db: Connection, *, by: timedelta, now: datetime) -> int:
    """Move pending decisions by time that counts for no hold; how many.

    None becomes due before its agent had the time to say what happened meanwhile: one promised
    interval until it speaks, and then the rows that it sends again.
    """
    pending = db.execute(
        select(decision.c.id, decision.c.due_at, agent.c.promised_within_s)
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(agent, agent.c.id == episode.c.agent_id)
        .where(decision.c.state == "pending")
    ).all()
    for row in pending:
        promise_s = row.promised_within_s or PROMISE_UNKNOWN_S
        earliest = now + timedelta(seconds=promise_s) + RESENT_WITHIN
        db.execute(
            update(decision)
            .where(decision.c.id == row.id)
            .values(due_at=max(row.due_at + by, earliest), taken_until=None)
        )
    return len(pending)


def shift_waits(db: Connection, *, by: timedelta) -> int:
    """Shift pending decisions, what agents said and promised when, and what people are yet to be
    told; how many decisions.

    What has been recorded stays as it was: nobody knows which of the two clocks was right then.
    """
    pending = db.execute(
        select(decision.c.id, decision.c.due_at).where(decision.c.state == "pending")
    ).all()
    for row in pending:
        db.execute(
            update(decision)
            .where(decision.c.id == row.id)
            .values(due_at=row.due_at + by, taken_until=None)
        )
    heard = db.execute(
        select(agent.c.id, agent.c.last_seen_at, agent.c.promised_by, agent.c.silent_since)
    ).all()
    for known in heard:
        db.execute(
            update(agent)
            .where(agent.c.id == known.id)
            .values(
                last_seen_at=_moved(known.last_seen_at, by),
                promised_by=_moved(known.promised_by, by),
                silent_since=_moved(known.silent_since, by),
            )
        )
    told = db.execute(
        select(position.c.id, position.c.told_at).where(position.c.told_at.is_not(None))
    )
    moved = [{"of_id": row.id, "at": row.told_at + by} for row in told]
    if moved:
        one = update(position).where(position.c.id == bindparam("of_id"))
        db.execute(one.values(told_at=bindparam("at")), moved)
    letters.move_along(db, by=by)
    return len(pending)


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by
