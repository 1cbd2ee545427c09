"""Values that SQLite's own check cannot judge: each must be readable before the agent relies on it.

``quick_check`` looks at the structure; flipped bytes inside a value pass it (104 of 300 random
damages). Frames have a checksum and are checked when they leave; everything else is read here
once at the start, so that it cannot stop the agent again and again while it runs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from agent.camera.port import FilterMode
from agent.delivery.damage import DatabaseDamagedError, is_damage
from agent.delivery.database import Database, from_us
from agent.delivery.fault_store import parse_event
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.pictures.baseline import PictureBaseline
from shared.command import Outcome
from shared.device import DeviceFacts
from shared.fault import FaultState
from shared.identity import Epoch
from shared.reading import Reading

_reading: Final = msgspec.msgpack.Decoder(Reading)
_facts: Final = msgspec.msgpack.Decoder(DeviceFacts)
_baseline: Final = msgspec.msgpack.Decoder(PictureBaseline)
_acceptance: Final = msgspec.msgpack.Decoder(Acceptance)
# What reading a damaged value raises; sqlite3.Error covers text that is no UTF-8.
UNSOUND: Final = (ValueError, TypeError, OverflowError, msgspec.MsgspecError, sqlite3.Error)


def _whole(*values: object) -> None:
    if not all(isinstance(value, int) and 0 <= value <= 2**62 for value in values):
        raise ValueError("not a count")


def _texts(*values: object) -> None:
    if not all(isinstance(value, str) and len(value) <= 400 for value in values):
        raise ValueError("not a text")


def _meta(row: Sequence[Any]) -> None:
    key, value = row
    if key == "next_seq" or key.endswith("_upto"):
        _whole(int(value))
    elif key == "epoch":
        epoch = Epoch.parse(value)
        msgspec.convert(msgspec.to_builtins(epoch), Epoch)
    elif key == "collector_ahead_s":
        float(value)
    elif key == "past_generations":
        json.loads(value)
    str(value).encode()


def _memory(row: Sequence[Any]) -> None:
    _texts(*row[:2])


def _episode(row: Sequence[Any]) -> None:
    parse_event(row[0])
    _texts(*row[1:3])
    FaultState(row[3])
    from_us(row[4]), from_us(row[5])
    _whole(*row[6:8])


def _history(row: Sequence[Any]) -> None:
    _texts(*row[1:3])
    from_us(row[3])
    _reading.decode(row[4])


def _last_run(row: Sequence[Any]) -> None:
    _texts(*row[:2])
    from_us(row[2])
    _whole(row[3])


def _spend(row: Sequence[Any]) -> None:
    _texts(row[0])
    date.fromisoformat(row[1])
    _whole(*row[2:])


def _kept(row: Sequence[Any]) -> None:
    _texts(*row[:2])
    from_us(row[2])
    if row[1] == "facts":
        _facts.decode(row[3])
    elif row[1].startswith("light:"):
        _baseline.decode(row[3])
    elif row[1].startswith("acceptance:"):
        _acceptance.decode(row[3])
    elif row[1] == "first_row":
        int(row[3])


def _command(row: Sequence[Any]) -> None:
    outcome, _, rest = row[2].partition("\n")
    if outcome == "begun":
        int(rest or "1")
    else:
        Outcome(outcome)
    from_us(row[1])


def _uplink_day(row: Sequence[Any]) -> None:
    date.fromisoformat(row[0])
    _whole(row[1])


def _evicted(row: Sequence[Any]) -> None:
    _whole(row[0], *row[2:])
    _texts(row[1])


def _lost(row: Sequence[Any]) -> None:
    _texts(row[1], row[5])
    _whole(*row[2:5])


def _restore(row: Sequence[Any]) -> None:
    _texts(*row[:5], row[8])
    FilterMode(row[2]), FilterMode(row[3])
    from_us(row[5]), from_us(row[7])
    _whole(*row[5:8])


def _write(row: Sequence[Any]) -> None:
    _texts(row[1], *row[3:9])
    from_us(row[2])


def _day(row: Sequence[Any]) -> None:
    """What is inside is its folder's matter: a day that it cannot read is an unknown one."""
    _texts(*row[:2])
    date.fromisoformat(row[2])
    if not isinstance(row[3], bytes):
        raise TypeError("not a blob")


CHECKS: Final[Mapping[str, Callable[[Sequence[Any]], None]]] = {
    "meta": _meta,
    "memory": _memory,
    "episode": _episode,
    "history": _history,
    "last_run": _last_run,
    "spend": _spend,
    "baseline": _kept,
    "command_seen": _command,
    "uplink_day": _uplink_day,
    "evicted": _evicted,
    "lost": _lost,
    "restore": _restore,
    "write_log": _write,
    "device_day": _day,
}


def is_sound(table: str, row: Sequence[Any]) -> bool:
    """Whether a row of a damaged file may be taken over."""
    try:
        CHECKS[table](row)
    except UNSOUND:
        return False
    return True


_BAD_ROWS: Final = """
    SELECT count(*) FROM outbox WHERE
        typeof(seq) <> 'integer' OR seq < 1 OR typeof(epoch) <> 'text' OR lane NOT IN (1, 2, 3, 4)
        OR state NOT IN (0, 1, 2) OR typeof(rank) <> 'integer' OR typeof(crc) <> 'integer'
        OR typeof(attempts) <> 'integer' OR attempts < 0 OR typeof(size) <> 'integer'
        OR typeof(created_us) <> 'integer' OR created_us NOT BETWEEN 0 AND 253370764800000000
        OR (state > 0 AND sent_us IS NOT NULL AND typeof(sent_us) <> 'integer')
        OR (state = 2 AND typeof(receipt_us) <> 'integer') OR size <> length(frame)
"""
_WRONG_TALLY: Final = """
    SELECT count(*) FROM (
        SELECT lane, state, rows, bytes FROM tally WHERE rows <> 0 OR bytes <> 0
        EXCEPT SELECT lane, state, count(*), sum(size) FROM outbox GROUP BY lane, state
    )
"""


def check(database: Database) -> None:
    """DatabaseDamagedError, with the place, for the first value that cannot be relied on."""
    db = database.connection
    table = "outbox"
    try:
        (bad,) = db.execute(_BAD_ROWS).fetchone()
        (wrong,) = db.execute(_WRONG_TALLY).fetchone()
        if bad or wrong:
            raise ValueError(f"{bad} rows and {wrong} sums hold what nobody wrote")
        for table, look in CHECKS.items():
            for row in db.execute(f"SELECT * FROM {table}"):
                look(row)
    except UNSOUND as error:
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise  # the place is at fault
        raise DatabaseDamagedError(f"table {table}: {error}") from error
