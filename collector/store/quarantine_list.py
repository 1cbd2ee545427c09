"""What is in quarantine, for people and for a replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.store.tables import quarantine, quarantine_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the list that people read; ``seq`` None: its identity cannot be trusted."""

    id: int
    received_at: datetime
    last_at: datetime
    agent_id: str
    organisation_id: str | None
    epoch: str
    seq: int | None
    lane: int | None
    topic: str
    reason: str
    detail: str
    count: int
    size: int


def rows_of(
    db: Connection, *, reason: str = "", quarantine_id: int | None = None, limit: int | None = None
) -> tuple[Row, ...]:
    """Rows with this reason or id (or all), newest first; ``limit`` None means every one."""
    query = (
        select(quarantine, func.length(quarantine.c.payload).label("size"))
        .order_by(quarantine.c.last_at.desc(), quarantine.c.id.desc())
        .limit(limit)
    )
    if reason:
        query = query.where(quarantine.c.reason == reason)
    if quarantine_id is not None:
        query = query.where(quarantine.c.id == quarantine_id)
    return tuple(
        Row(
            id=r.id,
            received_at=r.received_at,
            last_at=r.last_at,
            agent_id=r.agent_id,
            organisation_id=r.organisation_id,
            epoch=r.epoch,
            seq=r.seq,
            lane=r.lane,
            topic=r.topic,
            reason=r.reason,
            detail=r.detail,
            count=r._mapping["count"],
            size=r.size,
        )
        for r in db.execute(query)
    )


def ids(
    db: Connection, *, reasons: Sequence[str] = (), quarantine_id: int | None = None
) -> tuple[int, ...]:
    """Ids of rows with these reasons or this id (or all), oldest first: the order of a replay."""
    query = select(quarantine.c.id).order_by(quarantine.c.id)
    if reasons:
        query = query.where(quarantine.c.reason.in_(reasons))
    if quarantine_id is not None:
        query = query.where(quarantine.c.id == quarantine_id)
    return tuple(db.execute(query).scalars())


def find(db: Connection, quarantine_id: int) -> tuple[Row, bytes] | None:
    """A row and its payload; None when it is gone."""
    row = next(iter(rows_of(db, quarantine_id=quarantine_id)), None)
    if row is None:
        return None
    payload = db.execute(
        select(quarantine.c.payload).where(quarantine.c.id == quarantine_id)
    ).scalar_one()
    return row, bytes(payload)


def count(db: Connection, *, reason: str = "") -> int:
    """How many rows there are, with this reason or in all."""
    query = select(func.count()).select_from(quarantine)
    if reason:
        query = query.where(quarantine.c.reason == reason)
    return int(db.execute(query).scalar_one())


def not_kept(db: Connection) -> int:
    """How many payloads the bound did not let us keep."""
    return int(db.execute(select(func.sum(quarantine_share.c.not_kept))).scalar_one() or 0)
