"""The store's own facts: its generation, how often it took something, and the audit log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from collector.store.tables import audit, store_meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the store has come: commits of intake within a generation, never backwards."""

    generation: str
    commits: int


def mark(db: Connection) -> Mark:
    """Where the store stands; its generation is made at first use."""
    row = db.execute(select(store_meta.c.generation, store_meta.c.commits)).one_or_none()
    if row is not None:
        return Mark(generation=row.generation, commits=row.commits)
    fresh = Mark(generation=_fresh(), commits=0)
    db.execute(insert(store_meta).values(id=1, generation=fresh.generation, commits=0))
    return fresh


def advance(db: Connection) -> Mark:
    """Count the caller's transaction; where the store will stand after its commit."""
    row = db.execute(
        update(store_meta)
        .values(commits=store_meta.c.commits + 1)
        .returning(store_meta.c.generation, store_meta.c.commits)
    ).one_or_none()
    if row is not None:
        return Mark(generation=row.generation, commits=row.commits)
    mark(db)
    return advance(db)


def renew(db: Connection, *, beyond: int, why: str, now: datetime) -> Mark:
    """Begin another generation, because rows that were receipted may be gone.

    Agents see it in the next receipt and send again what they keep. ``beyond`` is the highest
    count of commits known from before.
    """
    before = mark(db)
    after = Mark(generation=_fresh(), commits=max(before.commits, beyond) + 1)
    db.execute(update(store_meta).values(generation=after.generation, commits=after.commits))
    note(
        db,
        actor="collector",
        action="store.restored",
        detail=f"generation {before.generation} -> {after.generation}: {why}",
        now=now,
    )
    return after


def at_work_until(db: Connection) -> datetime | None:
    """Until when the collector listened and decided; None when it never did."""
    return db.execute(select(store_meta.c.at_work_until)).scalar_one_or_none()


def keep_at_work(db: Connection, *, until: datetime) -> None:
    """The collector is at work at this moment."""
    mark(db)  # makes the row in a new store
    db.execute(update(store_meta).values(at_work_until=until))


def delivering_until(db: Connection) -> datetime | None:
    """Until when letters were delivered; None when they never were."""
    return db.execute(select(store_meta.c.delivering_until)).scalar_one_or_none()


def keep_delivering(db: Connection, *, until: datetime) -> None:
    """Letters are delivered at this moment."""
    mark(db)  # makes the row in a new store
    db.execute(update(store_meta).values(delivering_until=until))


CLOCK_JUMPED: Final = "clock.jumped"  # the audit log's word for the collector's own clock


def note(db: Connection, *, actor: str, action: str, detail: str, now: datetime) -> None:
    """Write one line of the audit log; never a secret."""
    db.execute(insert(audit).values(at=now, actor=actor, action=action, detail=detail))


def last_detail(db: Connection, *, action: str) -> str | None:
    """The detail of the newest audit line of this action; None when there is none."""
    query = select(audit.c.detail).where(audit.c.action == action)
    return db.execute(query.order_by(audit.c.seq.desc()).limit(1)).scalar_one_or_none()


def _fresh() -> str:
    return f"g-{secrets.token_hex(8)}"
