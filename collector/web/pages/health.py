"""Agents and the collector itself: who is silent, what waits, what could not be accepted."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from aiohttp import web

from collector.intake.store_health import SelfReport
from collector.store.views import health
from collector.store.views.health import AgentRow
from collector.web.call import Call
from collector.web.render import page
from shared.health import DataSpend


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent with what its last health message said of its outbox."""

    row: AgentRow
    waiting_rows: int | None  # None: it has not told
    waiting_bytes: int
    lost_ranges: int
    data: DataSpend | None = None  # what its uplink carried this month, and what may leave

    @property
    def standing(self) -> str:
        """'silent', 'ok' or 'unknown'; an agent that never spoke is unknown, not well."""
        if self.row.silent_since is not None:
            return "silent"
        return "ok" if self.row.last_seen_at is not None else "unknown"


def read_agent(row: AgentRow) -> Agent:
    """Add what the health message says; one that we cannot read says nothing."""
    try:
        told = msgspec.json.decode(row.health_json, type=SelfReport) if row.health_json else None
    except msgspec.DecodeError:
        told = None
    return Agent(
        row=row,
        waiting_rows=sum(lane.rows for lane in told.outbox) if told else None,
        waiting_bytes=sum(lane.bytes for lane in told.outbox) if told else 0,
        lost_ranges=len(told.lost) if told else 0,
        data=told.data if told else None,
    )


async def show_agents(call: Call) -> web.StreamResponse:
    """Agents, silent ones first, and the quarantine."""
    agents = await call.house.read(lambda db: health.list_agents(db, call.scope))
    quarantine = await call.house.read(lambda db: health.list_quarantine(db, call.scope))
    return page(
        call, "agents.html", agents=[read_agent(row) for row in agents], quarantine=quarantine
    )
