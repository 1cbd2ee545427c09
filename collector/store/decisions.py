"""Rows of table decision: what has to be decided, when, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select, update

from collector.store.tables import decision, episode
from collector.store.upsert import insert_into

_DECIDE: Final = update(decision).where(decision.c.id == bindparam("decided"))


def add(db: Connection, *, episode_id: int, organisation_id: str, due_at: datetime) -> bool:
    """Make the decision due; False when the episode has one already."""
    made = db.execute(
        insert_into(db, decision)
        .values(
            episode_id=episode_id,
            organisation_id=organisation_id,
            due_at=due_at,
            state="pending",
        )
        .on_conflict_do_nothing(index_elements=["episode_id"])
    )
    return made.rowcount == 1


def take_due(db: Connection, *, now: datetime, until: datetime) -> int | None:
    """Take one due decision until ``until``; None when none is due or another was first."""
    due = (
        select(decision.c.id)
        .where(
            decision.c.state == "pending",
            decision.c.due_at <= now,
            or_(decision.c.taken_until.is_(None), decision.c.taken_until <= now),
        )
        .order_by(decision.c.due_at, decision.c.id)
        .limit(1)
        .scalar_subquery()
    )
    taken = db.execute(
        update(decision)
        .where(
            decision.c.id == due,
            decision.c.state == "pending",
            or_(decision.c.taken_until.is_(None), decision.c.taken_until <= now),
        )
        .values(taken_until=until)
        .returning(decision.c.id)
    )
    return taken.scalar_one_or_none()


def postpone(
    db: Connection, *, decision_id: int, due_at: datetime, reason_en: str, reason_zh: str
) -> None:
    """It cannot be known yet: look again at ``due_at``."""
    db.execute(
        update(decision)
        .where(decision.c.id == decision_id)
        .values(due_at=due_at, taken_until=None, reason_en=reason_en, reason_zh=reason_zh)
    )


def hasten(
    db: Connection, *, agent_id: str = "", code: str = "", reason_en: str, due_at: datetime
) -> None:
    """Look at ``due_at`` at decisions that wait for longer, for a reason that begins so; holds
    that are not over are left alone. '' is every agent, and every fault."""
    waiting = (
        update(decision)
        .where(
            decision.c.state == "pending",
            decision.c.due_at > due_at,
            decision.c.reason_en.startswith(reason_en, autoescape=True),
        )
        .values(due_at=due_at)
    )
    if agent_id:
        of_agent = select(episode.c.id).where(episode.c.agent_id == agent_id)
        waiting = waiting.where(decision.c.episode_id.in_(of_agent))
    if code:
        of_code = select(episode.c.id).where(episode.c.code == code)
        waiting = waiting.where(decision.c.episode_id.in_(of_code))
    db.execute(waiting)


def reopen(db: Connection, *, decision_id: int, due_at: datetime) -> None:
    """What was decided is asked anew at ``due_at``; until then its outcome and reason stay."""
    db.execute(
        update(decision)
        .where(decision.c.id == decision_id)
        .values(state="pending", due_at=due_at, taken_until=None)
    )


def ask_again(db: Connection, *, episode_id: int, due_at: datetime) -> None:
    """Decide anew at ``due_at`` what stayed in shadow: the fault was proven since."""
    db.execute(
        update(decision)
        .where(
            decision.c.episode_id == episode_id,
            decision.c.state == "decided",
            decision.c.outcome == "shadow",
        )
        .values(state="pending", due_at=due_at, taken_until=None)
    )


def decide(
    db: Connection,
    *,
    decision_id: int,
    outcome: str,
    reason_en: str,
    reason_zh: str,
    now: datetime,
    line_id: int | None = None,
    incident_id: int | None = None,
    task_id: int | None = None,
    firmware_case_id: int | None = None,
) -> None:
    """Write what came of it; final, unless the incident that explained it ends before it does."""
    db.execute(
        _DECIDE,
        {
            "decided": decision_id,
            "state": "decided",
            "outcome": outcome,
            "reason_en": reason_en,
            "reason_zh": reason_zh,
            "decided_at": now,
            "taken_until": None,
            "line_id": line_id,
            "incident_id": incident_id,
            "task_id": task_id,
            "firmware_case_id": firmware_case_id,
        },
    )


def firmware_case_of(db: Connection, decision_id: int) -> int | None:
    """The firmware case that its device is on by what was decided before; None for none."""
    found = db.execute(
        select(decision.c.firmware_case_id).where(decision.c.id == decision_id)
    ).scalar_one_or_none()
    return None if found is None else int(found)
