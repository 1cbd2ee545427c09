"""Silence: an agent past its deadline makes its devices unknown and its site an incident.

One that its data plan has closed said so: its devices are unknown too, but nothing is lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.decide import Cause
from collector.claims.policy import Policy
from collector.store import agents, decisions, due, incidents, outlived, positions
from collector.store.agents import Agent

# A gap in the recordings of the lost time stays there; the incident explains it for good.
TELLS_OF_THE_PAST: Final = frozenset({"recording.gap"})


def check(db: Connection, *, policy: Policy, listening_since: datetime, now: datetime) -> None:
    """Mark who fell silent and who speaks again.

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
            _open_incident(db, agent, now=now)
        spoke = agent.silent_since is not None and agent.last_seen_at > agent.silent_since
        if spoke and agents.mark_speaking(db, agent_id=agent.id):
            _close_silence(db, agent, policy=policy, now=now)
    _close_recovered(db, policy=policy, now=now)


def _forget_quiet(db: Connection, agent: Agent, *, until: datetime, now: datetime) -> None:
    """Nobody sees to its devices for us: they are unknown, and nothing else is concluded."""
    reason = f"the agent is closed at its data cap until {until:%Y-%m-%d %H:%M} UTC"
    positions.forget_standing(db, agent_id=agent.id, reason=reason, now=now)


def _words(agent: Agent) -> tuple[str, str]:
    """What happened and why, in English and Chinese."""
    seen = f"{agent.last_seen_at:%Y-%m-%d %H:%M:%S} UTC"
    if agent.quiet_until is None:
        return (
            f"agent {agent.id} is silent since {seen}: the site lost power or its uplink",
            f"代理 {agent.id} 自 {seen} 起无应答：现场断电或断网",
        )
    until = f"{agent.quiet_until:%Y-%m-%d %H:%M} UTC"
    return (
        f"agent {agent.id} was closed at its data cap until {until} and has not spoken since "
        f"(last heard {seen}): the site lost power or its uplink, or the data plan was not renewed",
        f"代理 {agent.id} 因流量达到上限停发至 {until}，此后仍无应答（最后收到 {seen}）："
        "现场断电或断网，或流量套餐未续",
    )


def _open_incident(db: Connection, agent: Agent, *, now: datetime) -> None:
    seen = f"{agent.last_seen_at:%Y-%m-%d %H:%M:%S} UTC"
    text_en, text_zh = _words(agent)
    positions.forget_standing(
        db, agent_id=agent.id, reason=f"the agent is silent since {seen}", now=now
    )
    incident_id = incidents.open_at(db, site_id=agent.site_id)
    if incident_id is None:
        incident_id = incidents.open_(
            db,
            organisation_id=agent.organisation_id,
            site_id=agent.site_id,
            cause=Cause.SILENT.value,
            text_en=text_en,
            text_zh=text_zh,
            now=now,
        )
    else:
        incidents.restate(
            db,
            incident_id=incident_id,
            cause=Cause.SILENT.value,
            text_en=text_en,
            text_zh=text_zh,
        )
    for position_id in positions.of_agent(db, agent.id):
        incidents.add_member(
            db,
            incident_id=incident_id,
            organisation_id=agent.organisation_id,
            position_id=position_id,
            episode_id=None,
        )


def _close_silence(db: Connection, agent: Agent, *, policy: Policy, now: datetime) -> None:
    if not agents.silent_at(db, site_id=agent.site_id):
        _close(db, site_id=agent.site_id, cause=Cause.SILENT, policy=policy, now=now)


def _close_recovered(db: Connection, *, policy: Policy, now: datetime) -> None:
    """A loss is over when it would not be called one any more, not when its last device is back:
    that one may have died meanwhile."""
    for site_id in incidents.sites_with(db, cause=Cause.UNREACHABLE.value):
        still_lost = policy.is_site_lost(
            devices=due.devices_at(db, site_id=site_id),
            unreachable=due.unreachable_at(db, site_id=site_id),
        )
        if not still_lost:
            _close(db, site_id=site_id, cause=Cause.UNREACHABLE, policy=policy, now=now)


def _close(db: Connection, *, site_id: str, cause: Cause, policy: Policy, now: datetime) -> None:
    """Close, and give what is still wrong a hold of its own: devices need time to come back."""
    for incident_id in incidents.close(db, site_id=site_id, cause=cause.value, now=now):
        for left in outlived.of_incident(db, incident_id=incident_id):
            if left.code in TELLS_OF_THE_PAST:
                continue
            due_at = now + policy.due_after(left.code, left.promised_within_s)
            decisions.reopen(db, decision_id=left.decision_id, due_at=due_at)
