"""Decisions that an incident ended although their fault goes on: taken up again after it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from collector.store.tables import agent, decision, episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlived:
    """A decided episode of a closed incident that is still open."""

    decision_id: int
    code: str
    promised_within_s: float | None


def of_incident(db: Connection, *, incident_id: int) -> tuple[Outlived, ...]:
    """The faults that were explained by this incident and are still there."""
    rows = db.execute(
        select(decision.c.id.label("decision_id"), episode.c.code, agent.c.promised_within_s)
        .join(episode, episode.c.id == decision.c.episode_id)
        .join(agent, agent.c.id == episode.c.agent_id)
        .where(
            decision.c.incident_id == incident_id,
            decision.c.state == "decided",
            episode.c.cleared_at.is_(None),
        )
        .order_by(decision.c.id)
    )
    return tuple(Outlived(**row) for row in rows.mappings())


def keep(db: Connection, *, decision_id: int) -> None:
    """The fault ended with its incident after all: what was decided then stands."""
    db.execute(
        update(decision)
        .where(decision.c.id == decision_id)
        .values(state="decided", taken_until=None)
    )
