"""What is remembered of faults, and their open episodes; each function one statement."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from agent.delivery.database import from_us, to_us
from agent.diagnosis.memory import FaultMemory
from shared.fault import FaultState, OpenEpisode
from shared.identity import Epoch, EventId

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(FaultMemory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An open episode and how far its evidence has come."""

    event: EventId
    device_id: str
    code: str
    opened_at: datetime
    passes: int  # passes over the device since it opened
    follow_ups: int  # further manifests sent


def read_memories(db: sqlite3.Connection, device_id: str) -> dict[str, FaultMemory]:
    """All memories of a device by key (mostly the code); unreadable ones are left out."""
    memories: dict[str, FaultMemory] = {}
    for code, blob in db.execute("SELECT code, blob FROM memory WHERE device_id = ?", (device_id,)):
        try:
            memories[code] = _decoder.decode(blob)
        except (msgspec.MsgspecError, ValueError, TypeError):
            continue  # salvaged from a damaged file: N of M fills again
    return memories


def keep_memory(
    db: sqlite3.Connection, device_id: str, memory: FaultMemory, *, key: str = ""
) -> None:
    """Keep one memory in place of the old one; ``key`` when it is not the fault's code."""
    db.execute(
        """
        INSERT INTO memory VALUES (:device, :code, :blob)
        ON CONFLICT (device_id, code) DO UPDATE SET blob = excluded.blob
        """,
        {"device": device_id, "code": key or memory.code, "blob": _encoder.encode(memory)},
    )


def open_episode(
    db: sqlite3.Connection, *, event: EventId, device_id: str, memory: FaultMemory, now: datetime
) -> None:
    """Note an episode that this event opened."""
    db.execute(
        """
        INSERT INTO episode (event, device_id, code, state, onset_us, opened_us)
        VALUES (:event, :device, :code, :state, :onset, :now)
        """,
        {
            "event": str(event),
            "device": device_id,
            "code": memory.code,
            "state": memory.state.value,
            "onset": to_us(memory.onset_at or now),
            "now": to_us(now),
        },
    )


def set_episode_state(db: sqlite3.Connection, event: EventId, state: FaultState) -> None:
    """Note that an open episode flaps, or stands again."""
    db.execute("UPDATE episode SET state = ? WHERE event = ?", (state.value, str(event)))


def close_episode(db: sqlite3.Connection, event: EventId) -> None:
    """Forget an episode that was cleared."""
    db.execute("DELETE FROM episode WHERE event = ?", (str(event),))


def rename_episode(db: sqlite3.Connection, *, old: EventId, new: EventId) -> None:
    """Know an open episode by another event from now on."""
    db.execute("UPDATE episode SET event = ? WHERE event = ?", (str(new), str(old)))


def count_pass(db: sqlite3.Connection, device_id: str) -> tuple[Episode, ...]:
    """Add one pass to the device's open episodes and return them."""
    rows = db.execute(
        """
        UPDATE episode SET passes = passes + 1 WHERE device_id = ?
        RETURNING event, device_id, code, opened_us, passes, follow_ups
        """,
        (device_id,),
    ).fetchall()
    return tuple(_episode(row) for row in rows)


def open_of(db: sqlite3.Connection, device_id: str) -> tuple[Episode, ...]:
    """The device's open episodes as they are."""
    rows = db.execute(
        """
        SELECT event, device_id, code, opened_us, passes, follow_ups
        FROM episode WHERE device_id = ?
        """,
        (device_id,),
    ).fetchall()
    return tuple(_episode(row) for row in rows)


def _episode(row: tuple[str, str, str, int, int, int]) -> Episode:
    event, device_id, code, opened_us, passes, follow_ups = row
    return Episode(
        event=parse_event(event),
        device_id=device_id,
        code=code,
        opened_at=from_us(opened_us),
        passes=passes,
        follow_ups=follow_ups,
    )


def count_follow_up(db: sqlite3.Connection, event: EventId) -> None:
    """Note that a further manifest of the episode was appended."""
    db.execute("UPDATE episode SET follow_ups = follow_ups + 1 WHERE event = ?", (str(event),))


def open_episodes(db: sqlite3.Connection, *, limit: int) -> tuple[OpenEpisode, ...]:
    """The snapshot's lines, oldest first."""
    rows = db.execute(
        "SELECT event, device_id, code, state, onset_us FROM episode ORDER BY opened_us LIMIT ?",
        (limit,),
    ).fetchall()
    return tuple(
        OpenEpisode(parse_event(event), device, code, FaultState(state), from_us(onset_us))
        for event, device, code, state, onset_us in rows
    )


def parse_event(text: str) -> EventId:
    """Read what ``str(EventId)`` wrote."""
    epoch, _, seq = text.rpartition(":")
    return EventId(Epoch.parse(epoch), int(seq))
