"""Takes a black box through the same transaction as MQTT; its later delivery changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Final

from sqlalchemy import Engine

from collector.intake.arrival import Arrival, Counts
from collector.intake.ingest import ingest
from collector.intake.room import Room
from collector.store import meta
from shared import topics
from shared.black_box import BoxHead, BoxRow, DamagedBoxError, read_head, read_rows
from shared.frame import Lane

BATCH_ROWS: Final = 200  # short transactions, because a running collector waits for each


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a file; ``damage`` says where it ends early, None for a whole one."""

    head: BoxHead
    counts: Counts
    damage: DamagedBoxError | None


def take_file(
    engine: Engine,
    file: BinaryIO,
    *,
    room: Room,
    actor: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Taken:
    """Take every whole row before the damage, if there is any.

    NoBlackBoxError when it is no such file; OperationalError or OSError when the store takes
    nothing: what was taken before stays, and the file can be given again.
    """
    head = read_head(file)
    counts, done, damage = Counts(), 0, None
    rows = read_rows(file, head)
    while damage is None:
        batch: list[Arrival] = []
        try:
            batch.extend(_arrivals(head.agent_id, islice(rows, BATCH_ROWS)))
        except DamagedBoxError as error:
            damage = error
        if not batch:
            break
        counts += ingest(engine, batch, room=room, now=clock(), is_live=False).counts
        done += len(batch)
        progress(done, head.rows)
    with engine.begin() as db:
        meta.note(
            db,
            actor=actor,
            action="file.ingested",
            detail=f"{head.agent_id}: {done} of {head.rows} rows, {counts.stored} stored",
            now=clock(),
        )
    room.high_water.flush()
    return Taken(head=head, counts=counts, damage=damage)


def _arrivals(agent_id: str, rows: Iterator[BoxRow]) -> Iterator[Arrival]:
    for row in rows:
        known = row.lane in Lane._value2member_map_
        topic = topics.up(agent_id, Lane(row.lane)) if known else f"file/{agent_id}/{row.lane}"
        yield Arrival(topic, row.frame)
