"""Firmware cases that may go on by themselves, and decisions that a mended version touches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, exists, select, update

from collector.claims.lifecycle import LineState
from collector.store.tables import decision, episode, firmware_case, position

_OWN_STEPS = tuple(s.value for s in (LineState.DRAFT, LineState.FULFILLED, LineState.RESOLVED))


def open_after(db: Connection, after: int, *, limit: int) -> tuple[int, ...]:
    """Cases beyond an id in a state with a step of its own."""
    rows = db.execute(
        select(firmware_case.c.id)
        .where(firmware_case.c.id > after, firmware_case.c.state.in_(_OWN_STEPS))
        .order_by(firmware_case.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


def failing_with_fix(db: Connection, after: int, *, limit: int) -> tuple[int, ...]:
    """Decisions beyond an id for a firmware case whose fault is open, where a version that mends
    it on this model is known."""
    mended = exists().where(
        and_(
            firmware_case.c.camera_model == position.c.model,
            firmware_case.c.code == episode.c.code,
            firmware_case.c.fixed_in != "",
        )
    )
    rows = db.execute(
        select(decision.c.id)
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(position, position.c.id == episode.c.position_id)
        .where(
            decision.c.id > after,
            decision.c.state == "decided",
            decision.c.outcome == "firmware_case",
            episode.c.cleared_at.is_(None),
            mended,
        )
        .order_by(decision.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


def ask_again(db: Connection, decision_id: int, *, now: datetime) -> None:
    """Make a decision due; until it is made anew its outcome stays."""
    db.execute(
        update(decision)
        .where(decision.c.id == decision_id, decision.c.state == "decided")
        .values(state="pending", due_at=now, taken_until=None)
    )
