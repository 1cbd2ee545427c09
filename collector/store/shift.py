"""Moves the moments that the collector waits for, after its own clock was set."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from collector.store.tables import agent, decision


def shift_waits(db: Connection, *, by: timedelta) -> int:
    """Shift pending decisions and what agents were heard and promised; how many decisions.

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
    return len(pending)


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by
