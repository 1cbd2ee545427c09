"""Silence: an agent past its deadline makes its devices unknown; ``outages`` finds the cause.

One that its data plan has closed said so: its devices are unknown too, but nothing is lost.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector import outages
from collector.claims.policy import Policy
from collector.store import agents, positions
from collector.store.agents import Agent


def check(db: Connection, *, policy: Policy, listening_since: datetime, now: datetime) -> None:
    """Mark who fell silent and who speaks again, and bring the incidents up to date.

    Time in which the collector itself was not listening is nobody's silence: the deadline of
    every agent begins anew at ``listening_since``. An agent that said that its data plan closes
    it is silent by its own word: its deadline begins with the plan's next month.
    """
    for agent in agents.every(db):
        if agent.last_seen_at is None:
            continue  # it never spoke: nothing was promised
        heard_at = min(max(agent.last_seen_at, listening_since), now)
        allowed = policy.silence_after(agent.promised_within_s)
        silent = now - heard_at > allowed
        if silent and agent.quiet_until is not None and now - agent.quiet_until <= allowed:
            _forget_quiet(db, agent, until=agent.quiet_until, now=now)
        elif silent and agents.mark_silent(db, agent_id=agent.id, now=now):
            seen = f"{agent.last_seen_at:%Y-%m-%d %H:%M:%S} UTC"
            reason = f"the agent is silent since {seen}"
            positions.forget_standing(db, agent_id=agent.id, reason=reason, now=now)
        if agent.silent_since is not None and agent.last_seen_at > agent.silent_since:
            agents.mark_speaking(db, agent_id=agent.id)
    outages.settle(db, policy=policy, now=now)


def _forget_quiet(db: Connection, agent: Agent, *, until: datetime, now: datetime) -> None:
    """Nobody sees to its devices for us: they are unknown, and nothing else is concluded."""
    reason = f"the agent is closed at its data cap until {until:%Y-%m-%d %H:%M} UTC"
    positions.forget_standing(db, agent_id=agent.id, reason=reason, now=now)
