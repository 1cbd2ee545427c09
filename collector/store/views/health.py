"""The collector's and the agents' own state: silence, outboxes, quarantine, counts for metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Column, Connection, Table, case, func, literal, or_, select

from collector.store import quarantine_list
from collector.store.scope import Role, Scope
from collector.store.tables import (
    agent,
    claim_line,
    decision,
    episode,
    letter,
    position,
    quarantine,
    quarantine_share,
    site,
)
from collector.store.views.gaps import list_gaps, rows_by
from shared.frame import Lane
from shared.health import LaneDepth


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """One agent; ``health`` is the JSON of its last health message."""

    id: str
    site_id: str
    site_name: str
    last_seen_at: datetime | None
    promised_by: datetime | None
    online: bool | None
    silent_since: datetime | None
    quiet_until: datetime | None
    uplink: str
    version: str
    recorder_firmware: str
    devices: int
    health_json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """Rows that could not be accepted, by reason and agent."""

    reason: str
    agent_id: str
    rows: int
    times: int
    last_at: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKept:
    """Payloads that the bound of the quarantine let us only count; no agent: of strangers.

    ``is_fault``: they were not receipted, so their agent has them and sends them again.
    """

    reason: str
    agent_id: str
    times: int
    is_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts with bounded names, for metrics."""

    devices: dict[str, int]
    episodes: dict[str, int]
    lines: dict[str, int]
    quarantine: dict[str, int]
    quarantine_not_kept: int
    gaps: dict[str, int]
    agents: int
    agents_silent: int
    decisions_pending: int
    letters: dict[str, int]  # by state


def list_agents(db: Connection, scope: Scope) -> tuple[AgentRow, ...]:
    """The agents of the slice, silent ones first."""
    devices = (
        select(func.count())
        .where(position.c.agent_id == agent.c.id)
        .scalar_subquery()
        .label("devices")
    )
    rows = db.execute(
        select(agent, site.c.name.label("site_name"), devices)
        .join(site, site.c.id == agent.c.site_id)
        .where(scope.covers(agent.c.organisation_id))
        .order_by(agent.c.silent_since.is_(None), agent.c.id)
    )
    return tuple(
        AgentRow(
            id=row.id,
            site_id=row.site_id,
            site_name=row.site_name,
            last_seen_at=row.last_seen_at,
            promised_by=row.promised_by,
            online=row.online,
            silent_since=row.silent_since,
            quiet_until=row.quiet_until,
            uplink=row.uplink or "",
            version=row.version or "",
            recorder_firmware=row.recorder_firmware or "",
            devices=row.devices,
            health_json=row.health_json or "",
        )
        for row in rows
    )


def waiting_rows(db: Connection, scope: Scope | None = None) -> dict[str, int]:
    """Rows that wait at each agent by its last health message."""
    query = select(agent.c.id, agent.c.health_json).where(agent.c.health_json.is_not(None))
    if scope is not None:
        query = query.where(scope.covers(agent.c.organisation_id))
    return {row.id: _waiting(row.health_json) for row in db.execute(query)}


class _Report(msgspec.Struct):
    outbox: tuple[LaneDepth, ...] = ()


def _waiting(health_json: str) -> int:
    """The part of the report that counts rows; 0 when it cannot be read."""
    try:
        return sum(lane.rows for lane in msgspec.json.decode(health_json, type=_Report).outbox)
    except msgspec.DecodeError:
        return 0


def list_quarantine(db: Connection, scope: Scope) -> tuple[QuarantineRow, ...]:
    """What waits in quarantine; rows of unknown agents are shown to administrators only."""
    mine = scope.covers(quarantine.c.organisation_id)
    if scope.role is Role.ADMIN:
        mine = or_(mine, quarantine.c.organisation_id.is_(None))
    rows = db.execute(
        select(
            quarantine.c.reason,
            quarantine.c.agent_id,
            func.count().label("rows"),
            func.sum(quarantine.c["count"]).label("times"),
            func.max(quarantine.c.last_at, type_=quarantine.c.last_at.type).label("last_at"),
            func.max(quarantine.c.detail).label("detail"),
        )
        .where(mine)
        .group_by(quarantine.c.reason, quarantine.c.agent_id)
        .order_by(func.max(quarantine.c.last_at).desc())
        .limit(200)
    )
    return tuple(
        QuarantineRow(
            reason=row.reason,
            agent_id=row.agent_id,
            rows=row.rows,
            times=row.times,
            last_at=row.last_at,
            detail=row.detail,
        )
        for row in rows
    )


def list_not_kept(db: Connection, scope: Scope) -> tuple[NotKept, ...]:
    """What was refused and only counted; strangers' are shown to administrators only."""
    mine = scope.covers(quarantine_share.c.organisation_id)
    if scope.role is Role.ADMIN:
        mine = or_(mine, quarantine_share.c.organisation_id.is_(None))
    times = func.sum(quarantine_share.c.not_kept)
    is_fault = case((quarantine_share.c.lane == Lane.FAULT.value, 1), else_=0).label("is_fault")
    keys = (quarantine_share.c.reason, quarantine_share.c.agent_id)
    rows = db.execute(
        select(*keys, is_fault, times.label("times"))
        .where(mine, quarantine_share.c.not_kept > 0)
        .group_by(*keys, "is_fault")  # by name: PostgreSQL sees two parameters as two values
        .order_by(is_fault.desc(), times.desc())
        .limit(200)
    )
    return tuple(
        NotKept(reason=r.reason, agent_id=r.agent_id, times=int(r.times), is_fault=bool(r.is_fault))
        for r in rows
    )


def answers(db: Connection) -> bool:
    """True when the store answers; raises when it does not."""
    return db.execute(select(literal(1))).scalar_one() == 1


def count_all(db: Connection, *, now: datetime) -> Counts:
    """Counts over the whole store: for the operator's metrics, not for pages."""
    return Counts(
        quarantine_not_kept=quarantine_list.not_kept(db),
        gaps=rows_by(list_gaps(db, None, now=now, waiting=waiting_rows(db))),
        devices=_count_by(db, position, position.c.standing),
        episodes=_count_by(db, episode, episode.c.code, open_only=episode.c.cleared_at),
        lines=_count_by(db, claim_line, claim_line.c.state),
        quarantine=_count_by(db, quarantine, quarantine.c.reason),
        agents=db.execute(select(func.count()).select_from(agent)).scalar_one(),
        agents_silent=db.execute(
            select(func.count()).select_from(agent).where(agent.c.silent_since.is_not(None))
        ).scalar_one(),
        decisions_pending=db.execute(
            select(func.count()).select_from(decision).where(decision.c.state == "pending")
        ).scalar_one(),
        letters=_count_by(db, letter, letter.c.state),
    )


def _count_by(
    db: Connection, table: Table, column: Column[str], *, open_only: Column[datetime] | None = None
) -> dict[str, int]:
    query = select(column, func.count()).select_from(table).group_by(column)
    if open_only is not None:
        query = query.where(open_only.is_(None))
    return {str(name): int(count) for name, count in db.execute(query)}
