"""Rows of table quarantine: what could not be accepted, with its reason, bounded, replayable."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from collector.store.tables import quarantine
from collector.store.upsert import insert_into
from shared.identity import EventId
from shared.limits import MAX_BODY_BYTES

MAX_ROWS = 10_000
MAX_PAYLOAD_BYTES = MAX_BODY_BYTES + 1024  # whatever is longer was no frame; its start is kept
MAX_DETAIL = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One payload that was not accepted; ``identity`` is None when it cannot be trusted."""

    topic: str
    agent_id: str
    organisation_id: str | None
    identity: EventId | None
    lane: int | None
    reason: str
    detail: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the list that people read."""

    id: int
    received_at: datetime
    last_at: datetime
    agent_id: str
    topic: str
    reason: str
    detail: str
    count: int
    size: int


def add(db: Connection, item: Quarantined, *, now: datetime) -> None:
    """Keep it, or count one more of the same; the oldest rows leave when the table is full."""
    same = insert_into(db, quarantine).values(
        organisation_id=item.organisation_id,
        received_at=now,
        last_at=now,
        agent_id=item.agent_id,
        epoch=str(item.identity.epoch) if item.identity else "",
        seq=item.identity.seq if item.identity else None,
        lane=item.lane,
        topic=item.topic[:MAX_DETAIL],
        reason=item.reason,
        detail=item.detail[:MAX_DETAIL],
        payload=item.payload[:MAX_PAYLOAD_BYTES],
        digest=hashlib.sha256(item.payload).digest(),
        count=1,
    )
    db.execute(
        same.on_conflict_do_update(
            index_elements=["agent_id", "digest", "reason"],
            set_={"count": quarantine.c.count + 1, "last_at": now},
        )
    )
    newest = select(func.max(quarantine.c.id)).scalar_subquery()
    db.execute(delete(quarantine).where(quarantine.c.id <= newest - MAX_ROWS))


def newest(db: Connection, *, limit: int = 100) -> tuple[Row, ...]:
    """The latest rows, newest first."""
    rows = db.execute(
        select(quarantine, func.length(quarantine.c.payload).label("size"))
        .order_by(quarantine.c.last_at.desc(), quarantine.c.id.desc())
        .limit(limit)
    )
    return tuple(
        Row(
            id=r.id,
            received_at=r.received_at,
            last_at=r.last_at,
            agent_id=r.agent_id,
            topic=r.topic,
            reason=r.reason,
            detail=r.detail,
            count=r._mapping["count"],
            size=r.size,
        )
        for r in rows
    )


def payloads(db: Connection, *, reason: str) -> tuple[tuple[int, str, bytes], ...]:
    """``(id, topic, payload)`` of every row with this reason, oldest first, for a replay."""
    rows = db.execute(
        select(quarantine.c.id, quarantine.c.topic, quarantine.c.payload)
        .where(quarantine.c.reason == reason)
        .order_by(quarantine.c.id)
    )
    return tuple((r.id, r.topic, r.payload) for r in rows)


def remove(db: Connection, *, quarantine_id: int) -> None:
    """Forget a row that a replay accepted."""
    db.execute(delete(quarantine).where(quarantine.c.id == quarantine_id))
