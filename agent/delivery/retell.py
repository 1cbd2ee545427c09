"""Rows that the collector refused because a clone used their identity: told again under a new one.

Rows that still wait keep their old identity, for some may have been received without a receipt:
a new one would double them. A row that was refused for its identity was stored nowhere but in
quarantine, so telling it again in the new epoch neither loses nor doubles it.
"""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from agent.delivery import fault_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from shared import wire
from shared.fault import EvidenceAdded, FaultEvent, FaultKind
from shared.frame import FrameError, Lane, unpack
from shared.identity import Epoch, EventId
from shared.wire import UpMessage

_LOG = logging.getLogger(__name__)
CONFLICT: Final = "identity.conflict"  # how the collector's reason for such a refusal begins
_RENAMED: Final = "renamed:"  # meta key of an old event's new name


def retell(database: Database, outbox: Outbox, *, now: datetime) -> int:
    """Append refused rows of ended epochs anew, inside the caller's transaction; how many.

    Nothing happens to rows of the current epoch: their new identity could only clash again.
    An episode whose opening gets a new name is known by it from then on.
    """
    rows = database.connection.execute(
        """
        SELECT id, epoch, seq, lane, frame FROM outbox
        WHERE state = 2 AND refused LIKE :conflict AND epoch <> :current ORDER BY id
        """,
        {"conflict": CONFLICT + "%", "current": str(database.epoch())},
    ).fetchall()
    told = 0
    for row_id, epoch, seq, lane, frame in rows:
        database.connection.execute("DELETE FROM outbox WHERE id = ?", (row_id,))
        try:
            message = wire.decode_up(unpack(frame).body, Lane(lane))
        except (FrameError, wire.WireError) as error:
            _LOG.error("row %s:%d cannot be told again: %s", epoch, seq, error)
            continue
        old = EventId(Epoch.parse(epoch), seq)
        new = outbox.append(_with_new_names(database, message), now=now)
        if isinstance(message, FaultEvent) and message.kind is FaultKind.OPENED:
            database.set_meta(f"{_RENAMED}{old}", str(new))
            _rename_episode(database.connection, message, old=old, new=new)
        told += 1
    return told


def _with_new_names(database: Database, message: UpMessage) -> UpMessage:
    if not isinstance(message, FaultEvent | EvidenceAdded) or message.episode is None:
        return message
    new = database.meta(f"{_RENAMED}{message.episode}")
    return message if new is None else replace(message, episode=fault_store.parse_event(new))


def _rename_episode(
    db: sqlite3.Connection, opening: FaultEvent, *, old: EventId, new: EventId
) -> None:
    fault_store.rename_episode(db, old=old, new=new)
    device_id = opening.device.device_id
    for key, memory in fault_store.read_memories(db, device_id).items():
        if memory.code == opening.code and memory.episode == old:
            fault_store.keep_memory(db, device_id, replace(memory, episode=new), key=key)
