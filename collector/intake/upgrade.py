"""At the first start of another version: takes again what the version before could not read.

Such rows were receipted as refused, so their agents have let go of them: nobody else would bring
them back. The audit log says which version looked last.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from collector.intake.arrival import End
from collector.intake.replay import replay_one
from collector.intake.room import Room
from collector.store import meta, quarantine, quarantine_list, telemetry
from collector.store.engine import reader
from collector.telemetry.message import DamagedBatchError, samples_in
from shared import wire
from shared.frame import FrameError, unpack
from shared.version import VERSION

ACTION: Final = "collector.version"
# Refused for what the program did not know; the other reasons are the same in every version.
_REASONS: Final = (
    "frame.version",
    "frame.lane",
    "frame.flags",
    "wire.malformed",
    "store.refused",
)
_UNMERGED: Final = "store.damaged"


def program_version() -> str:
    """The version of the installed package."""
    return VERSION


def take_after_upgrade(engine: Engine, *, program: str, room: Room, now: datetime) -> int:
    """Take again what this version reads, once a version; how many rows left the quarantine.

    Noted at the end: a start that was cut short tries again, and a row taken twice is a duplicate.
    """
    with engine.begin() as db:
        if meta.last_detail(db, action=ACTION) == program:
            return 0
        waiting = quarantine_list.ids(db, reasons=_REASONS)
    taken = 0
    for number in waiting:
        if _is_readable(engine, number):
            done = replay_one(engine, number, room=room, now=now)
            taken += done is not None and done.end is not End.QUARANTINED
    taken += _merge_again(engine, now=now)
    with engine.begin() as db:
        meta.note(db, actor="collector", action=ACTION, detail=program, now=now)
    return taken


def _merge_again(engine: Engine, *, now: datetime) -> int:
    """Put back telemetry that was stored and could not be merged; how many batches.

    It was a row already, so it only goes back to those that wait to be merged.
    """
    with engine.begin() as db:
        back = 0
        for number in quarantine_list.ids(db, reasons=(_UNMERGED,)):
            kept = quarantine_list.find(db, number)
            if kept is None:
                continue
            row, payload = kept
            if row.organisation_id is None:
                continue
            try:
                samples_in(payload, received_at=row.received_at)
            except DamagedBatchError:
                continue
            batches = [(row.agent_id, row.organisation_id, payload)]
            telemetry.add_batches(db, batches, now=row.received_at)
            quarantine.remove(db, quarantine_id=number, now=now)
            back += 1
    return back


def _is_readable(engine: Engine, number: int) -> bool:
    """Spare the transaction for what would only be refused again."""
    with reader(engine) as db:
        kept = quarantine_list.find(db, number)
    if kept is None:
        return False
    try:
        frame = unpack(kept[1])
        wire.decode_up(frame.body, frame.header.lane)
    except (FrameError, wire.WireError):
        return False
    return True
