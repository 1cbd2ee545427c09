"""Rows of tables sink and sink_backlog: what of telemetry a time-series server does not have yet.

The cursor is the id of a batch. Compaction may be faster than the server: batches that it takes
out of ``telemetry_batch`` and that lie beyond the cursor go on waiting in ``sink_backlog``, put
there by the same transaction. Intake knows nothing of all this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from collector.store.tables import position, sink, sink_backlog, telemetry_batch
from collector.store.upsert import insert_into
from collector.telemetry.lines import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A batch that the server does not have, as far as we know."""

    id: int
    agent_id: str
    received_at: datetime
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How far a sink has come, and what waits for it."""

    waiting_batches: int
    waiting_bytes: int
    oldest_at: datetime | None  # when the oldest that waits was received
    dropped_batches: int  # beyond the bound, since ever
    dropped_at: datetime | None


def begin(db: Connection, name: str) -> None:
    """Make the sink's row, if there is none: it begins with what is not merged yet."""
    db.execute(
        insert_into(db, sink)
        .values(name=name, cursor=0, settled=0, dropped_batches=0)
        .on_conflict_do_nothing(index_elements=["name"])
    )


def is_begun(db: Connection, name: str) -> bool:
    """Whether the sink has its row."""
    return db.execute(select(sink.c.name).where(sink.c.name == name)).first() is not None


def end(db: Connection, name: str) -> int:
    """Forget a sink that is no longer configured, with what waited for it; how many batches."""
    found = db.execute(delete(sink_backlog)).rowcount
    db.execute(delete(sink).where(sink.c.name == name))
    return found


def cursor(db: Connection, name: str, *, settled: bool = False) -> int:
    """The last batch that the server took, or surely has; 0 for a sink that has not begun."""
    column = sink.c.settled if settled else sink.c.cursor
    return db.execute(select(column).where(sink.c.name == name)).scalar_one_or_none() or 0


def waiting(db: Connection, *, beyond: int, limit: int) -> tuple[Waiting, ...]:
    """The next batches after ``beyond``, in order."""
    found = [
        Waiting(id=row.id, agent_id=row.agent_id, received_at=row.received_at, payload=row.payload)
        for table in (sink_backlog, telemetry_batch)
        for row in db.execute(
            select(table.c.id, table.c.agent_id, table.c.received_at, table.c.payload)
            .where(table.c.id > beyond)
            .order_by(table.c.id)
            .limit(limit)
        )
    ]
    return tuple(sorted(found, key=lambda one: one.id)[:limit])


def advance(db: Connection, name: str, *, to: int, settled: int) -> None:
    """The server took everything up to ``to``; up to ``settled`` it has it if it dies now."""
    mine = sink.c.name == name
    db.execute(update(sink).where(mine, sink.c.cursor < to).values(cursor=to))
    db.execute(update(sink).where(mine, sink.c.settled < settled).values(settled=settled))
    db.execute(delete(sink_backlog).where(sink_backlog.c.id <= settled))


def keep_unsent(db: Connection, ids: Sequence[int]) -> int:
    """Let batches that are about to be deleted go on waiting, if the server may lack them.

    How many; none when there is no sink.
    """
    settled = db.execute(select(func.min(sink.c.settled))).scalar_one_or_none()
    unsent = [] if settled is None else [number for number in ids if number > settled]
    if not unsent:
        return 0
    columns = ("id", "agent_id", "organisation_id", "received_at", "payload")
    source = select(*(telemetry_batch.c[name] for name in columns)).where(
        telemetry_batch.c.id.in_(unsent)
    )
    return db.execute(insert(sink_backlog).from_select(columns, source)).rowcount


def excess(db: Connection, *, most_bytes: int) -> int:
    """By how many bytes what compaction put aside is beyond the bound; 0 when it is within.

    What is not merged yet is not counted: it costs nothing more.
    """
    size = func.coalesce(func.sum(func.length(sink_backlog.c.payload)), 0)
    return max(0, int(db.execute(select(size)).scalar_one()) - most_bytes)


def trim(db: Connection, name: str, *, most_bytes: int, now: datetime) -> int:
    """Drop the oldest of what is beyond the bound, and count it; how many batches."""
    over, last, dropped = excess(db, most_bytes=most_bytes), 0, 0
    size = func.length(sink_backlog.c.payload)
    for row in db.execute(select(sink_backlog.c.id, size).order_by(sink_backlog.c.id)):
        if over <= 0:
            break
        last, over, dropped = row[0], over - row[1], dropped + 1
    db.execute(delete(sink_backlog).where(sink_backlog.c.id <= last))
    db.execute(
        update(sink)
        .where(sink.c.name == name)
        .values(dropped_batches=sink.c.dropped_batches + dropped, dropped_at=now)
    )
    return dropped


def stands(db: Connection, name: str) -> Stands | None:
    """How far it has come; None when there is no such sink."""
    row = db.execute(select(sink).where(sink.c.name == name)).one_or_none()
    if row is None:
        return None
    batches = size = 0
    oldest: datetime | None = None
    for table in (sink_backlog, telemetry_batch):
        found = db.execute(
            select(
                func.count(),
                func.coalesce(func.sum(func.length(table.c.payload)), 0),
                func.min(table.c.received_at, type_=table.c.received_at.type),
            ).where(table.c.id > row.cursor)
        ).one()
        batches, size = batches + found[0], size + found[1]
        oldest = min((at for at in (oldest, found[2]) if at is not None), default=None)
    return Stands(
        waiting_batches=batches,
        waiting_bytes=int(size),
        oldest_at=oldest,
        dropped_batches=row.dropped_batches,
        dropped_at=row.dropped_at,
    )


def tags_of(
    db: Connection, agent_ids: Sequence[str], *, with_serial: bool
) -> dict[str, dict[str, Tags]]:
    """Whose readings they are, by agent and device; intake has made a position of each."""
    found: dict[str, dict[str, Tags]] = {}
    for row in db.execute(select(position).where(position.c.agent_id.in_(agent_ids))):
        found.setdefault(row.agent_id, {})[row.device_id] = Tags(
            row.organisation_id,
            row.site_id,
            row.agent_id,
            row.device_id,
            str(row.id),
            row.model,
            row.firmware,
            row.label_serial if with_serial else "",
        )
    return found
