"""Agents and the collector itself: who is silent, what waits, what could not be accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector.intake.store_health import SelfReport
from collector.outlets.sink import NAME, Counts
from collector.store import quarantine
from collector.store import sink as sinks
from collector.store.gap_bound import Unseen, list_unseen
from collector.store.scope import Role, Scope
from collector.store.sink import Stands
from collector.store.views import health
from collector.store.views.gaps import Gap, list_gaps, rows_by
from collector.store.views.health import AgentRow
from collector.web.call import Call
from collector.web.render import page
from shared.health import DataSpend

OPERATORS: Final = (Role.ADMIN, Role.FACTORY_ENGINEER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent with what its last health message said of its outbox."""

    row: AgentRow
    waiting_rows: int | None  # None: it has not told
    waiting_bytes: int
    lost_ranges: int
    data: DataSpend | None = None  # what its uplink carried this month, and what may leave
    gaps: tuple[Gap, ...] = ()
    unseen: tuple[Unseen, ...] = ()  # epochs with more gaps than are kept

    @property
    def missing(self) -> dict[str, int]:
        """Rows that never came, by what explains it."""
        return rows_by(self.gaps)

    @property
    def standing(self) -> str:
        """'silent', 'ok' or 'unknown'; an agent that never spoke, or is closed by its data plan,
        is unknown, not well."""
        if self.row.silent_since is not None:
            return "silent"
        if self.row.quiet_until is not None:
            return "unknown"
        return "ok" if self.row.last_seen_at is not None else "unknown"


def read_agent(row: AgentRow, gaps: tuple[Gap, ...] = (), unseen: tuple[Unseen, ...] = ()) -> Agent:
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
        gaps=gaps,
        unseen=unseen,
    )


def read_agents(db: Connection, scope: Scope, *, now: datetime) -> list[Agent]:
    """The agents of the slice, silent ones first, each with its gaps."""
    gaps: dict[str, list[Gap]] = {}
    for gap in list_gaps(db, scope, now=now, waiting=health.waiting_rows(db, scope)):
        gaps.setdefault(gap.agent_id, []).append(gap)
    unseen = list_unseen(db, scope)
    return [
        read_agent(
            row,
            tuple(gaps.get(row.id, ())),
            tuple(one for one in unseen if one.agent_id == row.id),
        )
        for row in health.list_agents(db, scope)
    ]


async def show_agents(call: Call) -> web.StreamResponse:
    """Agents, silent ones first, and the quarantine."""
    agents = await call.house.read(lambda db: read_agents(db, call.scope, now=call.now))
    kept = await call.house.read(lambda db: health.list_quarantine(db, call.scope))
    not_kept = await call.house.read(lambda db: health.list_not_kept(db, call.scope))
    return page(
        call,
        "agents.html",
        agents=agents,
        quarantine=kept,
        not_kept=not_kept,
        bound=quarantine.Bound(),
        sink=await read_sink(call),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkRow:
    """The time-series server as an operator sees it."""

    counts: Counts
    stands: Stands | None


async def read_sink(call: Call) -> SinkRow | None:
    """None where there is no such server, and for whom it does not concern."""
    counts = call.house.sink
    if counts is None or call.known.role not in OPERATORS:
        return None
    return SinkRow(counts=counts(), stands=await call.house.read(lambda db: sinks.stands(db, NAME)))
