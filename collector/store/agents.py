"""Rows of table agent: who is assigned, when it spoke last, by when it will speak again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from collector.store.tables import agent
from shared.identity import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """What intake and jobs need to know of one agent."""

    id: str
    organisation_id: str
    site_id: str
    evidence_key: bytes | None
    last_seen_at: datetime | None
    promised_by: datetime | None
    promised_within_s: float | None
    silent_since: datetime | None
    quiet_until: datetime | None
    recorder_firmware: str
    health_epoch: str | None
    health_seq: int | None


_COLUMNS = (
    agent.c.id,
    agent.c.organisation_id,
    agent.c.site_id,
    agent.c.evidence_key,
    agent.c.last_seen_at,
    agent.c.promised_by,
    agent.c.promised_within_s,
    agent.c.silent_since,
    agent.c.quiet_until,
    agent.c.recorder_firmware,
    agent.c.health_epoch,
    agent.c.health_seq,
)
_FIND: Final = select(*_COLUMNS).where(agent.c.id == bindparam("with_id"))  # built once


def find(db: Connection, agent_id: str) -> Agent | None:
    """The agent; None when no configuration assigned it."""
    row = db.execute(_FIND, {"with_id": agent_id}).one_or_none()
    return None if row is None else _read(row)


def find_all(db: Connection, agent_ids: Iterable[str]) -> dict[str, Agent]:
    """Those of the agents that a configuration assigned, by name."""
    rows = db.execute(select(*_COLUMNS).where(agent.c.id.in_(list(agent_ids))))
    return {row.id: _read(row) for row in rows}


def every(db: Connection) -> tuple[Agent, ...]:
    """All agents, by name."""
    return tuple(_read(row) for row in db.execute(select(*_COLUMNS).order_by(agent.c.id)))


def _read(row: object) -> Agent:
    facts = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return Agent(**{**facts, "recorder_firmware": facts["recorder_firmware"] or ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A sign of life: ``within_s`` is by when the agent will speak again; None: it said nothing."""

    agent_id: str
    within_s: float | None
    epoch: str


def note_life(db: Connection, lives: Sequence[Life], *, generation: str, now: datetime) -> None:
    """They spoke: any stored row is a sign of life and renews the promise that it last made."""
    if not lives:
        return
    db.execute(
        update(agent)
        .where(agent.c.id == bindparam("spoke"))
        .values(
            last_seen_at=now,
            promised_by=bindparam("by"),
            promised_within_s=bindparam("within"),
            epoch=bindparam("in_epoch"),
            generation_seen=generation,
        ),
        [
            {
                "spoke": life.agent_id,
                "by": None if life.within_s is None else now + timedelta(seconds=life.within_s),
                "within": life.within_s,
                "in_epoch": life.epoch,
            }
            for life in lives
        ],
    )


def note_health(
    db: Connection,
    *,
    agent_id: str,
    identity: EventId,
    uplink: str,
    version: str,
    recorder_firmware: str,
    health_json: str,
    clock_off_s: float,
    quiet_until: datetime | None,
) -> None:
    """Keep what the agent said of itself; ``quiet_until``: it will not speak before."""
    values: dict[str, object] = {
        "uplink": uplink,
        "version": version,
        "health_json": health_json,
        "clock_off_s": clock_off_s,
        "health_epoch": str(identity.epoch),
        "health_seq": identity.seq,
        "quiet_until": quiet_until,
    }
    if quiet_until is not None:
        values["promised_by"] = quiet_until
    if recorder_firmware:
        values["recorder_firmware"] = recorder_firmware
    db.execute(update(agent).where(agent.c.id == agent_id).values(values))


def note_recorder(db: Connection, *, agent_id: str, firmware: str) -> None:
    """Keep the recorder's firmware that a fault event named."""
    db.execute(update(agent).where(agent.c.id == agent_id).values(recorder_firmware=firmware))


def note_presence(db: Connection, *, agent_id: str, online: bool) -> None:
    """Keep what the broker says; never proof of anything."""
    db.execute(update(agent).where(agent.c.id == agent_id).values(online=online))


def mark_silent(db: Connection, *, agent_id: str, now: datetime) -> bool:
    """Its deadline passed; False when that was known already."""
    found = db.execute(
        update(agent)
        .where(agent.c.id == agent_id, agent.c.silent_since.is_(None))
        .values(silent_since=now)
    )
    return found.rowcount == 1


def mark_speaking(db: Connection, *, agent_id: str) -> bool:
    """It speaks again; False when it was not silent."""
    found = db.execute(
        update(agent)
        .where(agent.c.id == agent_id, agent.c.silent_since.is_not(None))
        .values(silent_since=None)
    )
    return found.rowcount == 1


def is_news(found: Agent, identity: EventId, *, is_live: bool) -> bool:
    """True unless the agent has said later how things stand."""
    if found.health_epoch != str(identity.epoch):
        return is_live
    return newer_than_applied(found, identity)


def newer_than_applied(found: Agent, identity: EventId) -> bool:
    """True when this health row is later than the one applied last (or of another epoch)."""
    if found.health_epoch != str(identity.epoch) or found.health_seq is None:
        return True
    return identity.seq > found.health_seq
