"""Takes quarantined payloads again, after the reason is gone; their identity stays the same.

So does the time of receipt: a fault that waited here for weeks began when it came, and warranty
is judged by that day. Only its hold begins with the replay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from collector.intake.arrival import Arrival, End
from collector.intake.ingest import take
from collector.intake.room import Batch, Room
from collector.intake.set_aside import settle
from collector.store import quarantine, quarantine_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one row of the quarantine."""

    id: int
    end: End
    reason: str = ""  # why it was refused again
    detail: str = ""


def replay_each(
    engine: Engine,
    *,
    reason: str = "",
    quarantine_id: int | None = None,
    room: Room,
    now: datetime,
) -> Iterator[Replayed]:
    """Take each row with this reason or id again, oldest first, in a transaction of its own.

    What is accepted (or was already) leaves the quarantine; what is refused again stays there.
    """
    with engine.begin() as db:
        reasons = (reason,) if reason else ()
        waiting = quarantine_list.ids(db, reasons=reasons, quarantine_id=quarantine_id)
    for number in waiting:
        done = replay_one(engine, number, room=room, now=now)
        if done is not None:
            yield done


def replay_one(engine: Engine, number: int, *, room: Room, now: datetime) -> Replayed | None:
    """Take one row again in a transaction of its own; None when somebody else was quicker."""
    with engine.begin() as db:
        mark = room.high_water.advance(db, now=now)
        kept = quarantine_list.find(db, number)
        if kept is None:
            return None
        row, payload = kept
        batch = Batch(
            db=db,
            room=room,
            generation=mark.generation,
            now=now,
            is_live=False,
            received_at=row.received_at,
        )
        end, _ = take(Arrival(row.topic, payload), batch)
        refused = batch.aside[0] if batch.aside else None
        if refused is None:
            quarantine.remove(db, quarantine_id=number, now=now)
        elif (refused.reason, refused.organisation_id) != (row.reason, row.organisation_id):
            with db.begin_nested() as place:
                quarantine.remove(db, quarantine_id=number, now=now)
                if settle(batch):  # under its new reason, where there is room
                    place.rollback()
        room.evidence.sync()
    room.high_water.committed(mark)
    if refused is None:
        return Replayed(id=number, end=end)
    return Replayed(id=number, end=end, reason=refused.reason, detail=refused.detail)


def replay(engine: Engine, *, reason: str, room: Room, now: datetime) -> tuple[int, int]:
    """Take every payload quarantined for ``reason`` again: ``(accepted, still refused)``."""
    ends = [done.end for done in replay_each(engine, reason=reason, room=room, now=now)]
    refused = ends.count(End.QUARANTINED)
    return len(ends) - refused, refused
