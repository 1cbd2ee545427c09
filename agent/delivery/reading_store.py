"""Readings kept for rules that look back, for evidence, and for the next telemetry batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from agent.delivery.database import from_us, to_us
from shared.reading import Reading

KEPT_PER_NAME: Final = 12  # what 'readings before the onset' shows
# A position's readings before its device was exchanged are another device's (exchange_store).
_OWN: Final = """id > coalesce((
    SELECT CAST(blob AS INTEGER) FROM baseline
    WHERE device_id = :device AND kind = 'first_row'), 0)"""
_TRAVELS: Final = "name NOT IN (SELECT value FROM json_each(?))"
_EVER: Final = 2**63 - 1
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Reading)


def add(db: sqlite3.Connection, device_id: str, readings: Iterable[Reading]) -> None:
    """Keep the readings of a pass, in order."""
    db.executemany(
        "INSERT INTO history (device_id, name, at_us, blob) VALUES (?, ?, ?, ?)",
        [(device_id, r.name, to_us(r.taken_at), _encoder.encode(r)) for r in readings],
    )


def trim(
    db: sqlite3.Connection, device_id: str, name: str, *, keep: int, sent_upto: int, at_most: int
) -> None:
    """Keep the newest ``keep`` of a name; those not yet in a telemetry batch up to ``at_most``."""
    db.execute(
        """
        DELETE FROM history WHERE device_id = :device AND name = :name AND (
            id <= (SELECT id FROM history WHERE device_id = :device AND name = :name
                   ORDER BY id DESC LIMIT 1 OFFSET :at_most)
            OR (id <= :upto AND id <= (
                SELECT id FROM history WHERE device_id = :device AND name = :name
                ORDER BY id DESC LIMIT 1 OFFSET :keep)))
        """,
        {"device": device_id, "name": name, "keep": keep, "upto": sent_upto, "at_most": at_most},
    )


def latest(db: sqlite3.Connection, device_id: str) -> dict[str, Reading]:
    """The newest reading of each name."""
    rows = db.execute(
        f"""
        SELECT blob FROM history WHERE {_OWN} AND id IN
            (SELECT max(id) FROM history WHERE device_id = :device GROUP BY name)
        """,
        {"device": device_id},
    )
    return {reading.name: reading for reading in _read(rows)}


def earlier(
    db: sqlite3.Connection, device_id: str, name: str, *, limit: int, upto: int = _EVER
) -> tuple[Reading, ...]:
    """The newest ``limit`` readings of a name, oldest first; of those up to id ``upto``."""
    rows = db.execute(
        f"""
        SELECT blob FROM history
        WHERE device_id = :device AND name = :name AND id <= :upto AND {_OWN}
        ORDER BY id DESC LIMIT :limit
        """,
        {"device": device_id, "name": name, "limit": limit, "upto": upto},
    )
    return tuple(reversed(_read(rows)))


def newest_id(db: sqlite3.Connection) -> int:
    """The id of the reading kept last, of whatever device; 0 when there is none."""
    (newest,) = db.execute("SELECT coalesce(max(id), 0) FROM history").fetchone()
    return int(newest)


def last_good(
    db: sqlite3.Connection, device_id: str, names: Iterable[str], *, limit: int = 12
) -> datetime | None:
    """When one of these was last read well, among the newest few; None when none was."""
    return max(
        (
            one.taken_at
            for name in names
            for one in earlier(db, device_id, name, limit=limit)
            if one.good
        ),
        default=None,
    )


def between(
    db: sqlite3.Connection, device_id: str, *, since: datetime, until: datetime, limit: int
) -> tuple[Reading, ...]:
    """Readings of all names in a span, both ends included; the newest ``limit`` of them."""
    rows = db.execute(
        f"""
        SELECT blob FROM history
        WHERE device_id = :device AND at_us BETWEEN :since AND :until AND {_OWN}
        ORDER BY id DESC LIMIT :limit
        """,
        {"device": device_id, "since": to_us(since), "until": to_us(until), "limit": limit},
    )
    return tuple(reversed(_read(rows)))


def unsent(
    db: sqlite3.Connection, *, after: int, limit: int, local: Iterable[str] = ()
) -> tuple[tuple[int, str, Reading], ...]:
    """Readings with an id above ``after``, as (id, device, reading), oldest first.

    Those whose name is in ``local`` stay at home.
    """
    rows = db.execute(
        f"SELECT id, device_id, blob FROM history WHERE id > ? AND {_TRAVELS} ORDER BY id LIMIT ?",
        (after, _names(local), limit),
    )
    return tuple((row_id, device, _decoder.decode(blob)) for row_id, device, blob in rows)


def oldest_unsent(
    db: sqlite3.Connection, *, after: int, local: Iterable[str] = ()
) -> datetime | None:
    """When the first reading behind ``after`` that travels was taken; None without one."""
    row = db.execute(
        f"SELECT at_us FROM history WHERE id > ? AND {_TRAVELS} ORDER BY id LIMIT 1",
        (after, _names(local)),
    ).fetchone()
    return None if row is None else from_us(row[0])


def _names(names: Iterable[str]) -> str:
    return msgspec.json.encode(list(names)).decode()


def _read(rows: Iterable[tuple[bytes]]) -> list[Reading]:
    return [_decoder.decode(blob) for (blob,) in rows]
