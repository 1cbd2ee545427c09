"""Takes quarantined payloads again, after the reason is gone; their identity stays the same."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from collector.intake.arrival import Arrival, End
from collector.intake.ingest import take
from collector.intake.room import Batch, Room
from collector.store import quarantine


def replay(engine: Engine, *, reason: str, room: Room, now: datetime) -> tuple[int, int]:
    """Take every payload quarantined for ``reason`` again: ``(accepted, still refused)``."""
    with engine.begin() as db:
        waiting = quarantine.payloads(db, reason=reason)
    accepted = 0
    for quarantine_id, topic, payload in waiting:
        with engine.begin() as db:
            mark = room.high_water.advance(db, now=now)
            batch = Batch(db=db, room=room, generation=mark.generation, now=now)
            end, _ = take(Arrival(topic, bytes(payload)), batch)
            room.evidence.sync()
            if end is not End.QUARANTINED:
                quarantine.remove(db, quarantine_id=quarantine_id)
                accepted += 1
        room.high_water.committed(mark)
    return accepted, len(waiting) - accepted
