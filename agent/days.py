"""What a pass adds to the days of a device, and what is told when one closes.

Runs inside the transaction of the pass. A list of folders, one a kind: each has a pure ``fold``
for its readings, says what it wants to look at once a day has closed (``look``: it becomes
``View.energy``, ``View.radio``, ...), and which daily readings that gives (``tell``). Rules that
need one of these readings are judged once a day, on closed days alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from agent.config import Device
from agent.delivery import day_store, days_aside
from agent.diagnosis.levels import Levels
from agent.energy.solar_day import day_of
from shared.reading import Quality, Reading

_SAID: Final = (Quality.GOOD, Quality.UNKNOWN, Quality.INVALID)
"""The device said something, if only that its gauge does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a pass adds: its readings, the sun over the device, and what it took to ask."""

    now: datetime
    readings: Mapping[str, Reading]
    sun_deg: Callable[[], float | None] = lambda: None
    """Above the horizon; None where the site is not known, or the clock contradicts it."""
    wakeups: int = 0
    awake_s: float = 0.0
    firmware: str = ""  # as far as it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A day that has just closed, and whose siblings may be looked at."""

    db: sqlite3.Connection
    device: Device
    day: date
    mates: Sequence[str]
    levels: Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One kind of day."""

    kind: str  # of ``day_store``, and the name of its part in ``View``
    families: tuple[str, ...]  # readings whose names begin so concern it
    fold: Callable[[bytes | None, Visit], bytes]
    close: Callable[[bytes], bytes]  # the day as it is kept, without what only goes on
    carry: Callable[[bytes], bytes | None]  # what the next day begins with
    look: Callable[[Closed], Any]
    tell: Callable[[Any, datetime], tuple[Reading, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the days give to this pass; empty while no day closes."""

    readings: tuple[Reading, ...] = ()
    parts: Mapping[str, Any] | None = None  # by kind


def fold_pass(
    db: sqlite3.Connection,
    device: Device,
    visit: Visit,
    *,
    folders: Sequence[Folder],
    mates: Sequence[str],
    levels: Levels,
) -> Turn:
    """Fold a pass into the open days, and close those that are over."""
    told: list[Reading] = []
    parts: dict[str, Any] = {}
    for folder in folders:
        if not _concerns(folder, visit):
            continue
        closed = _fold(db, device, folder, visit)
        if closed is not None:
            seen = Closed(db=db, device=device, day=closed, mates=mates, levels=levels)
            look = folder.look(seen)
            parts[folder.kind] = look
            told += folder.tell(look, visit.now)
    return Turn(readings=tuple(told), parts=parts)


def _concerns(folder: Folder, visit: Visit) -> bool:
    return any(
        name.startswith(folder.families) and reading.quality in _SAID
        for name, reading in visit.readings.items()
    )


def _fold(db: sqlite3.Connection, device: Device, folder: Folder, visit: Visit) -> date | None:
    """The day that this visit closed; None when it closed none.

    A clock that steps back over midnight goes on with the day that has begun. Days that lie
    further ahead are set aside: that clock was wrong, or this one is.
    """
    longitude = device.place.longitude_deg if device.place else None
    today, device_id, kind = day_of(visit.now, longitude), device.device_id, folder.kind
    newest = days_aside.newest(db, device_id, kind)
    if newest is not None and newest - today > days_aside.A_STEP:
        days_aside.set_aside(db, device_id, kind, today=today)
    opened = day_store.read_open(db, device_id, kind)
    if (
        opened is not None
        and today > opened[0]
        and days_aside.give_back(db, device_id, kind, opened=opened[0], today=today)
    ):
        opened = day_store.read_open(db, device_id, kind)
    day, blob = opened or (today, None)
    closed = None
    if today > day:
        assert blob is not None
        if day_store.keep(db, device_id, kind, day, folder.close(blob)):
            closed = day
        day_store.drop(db, device_id, kind)
        day, blob = today, folder.carry(blob)
    day_store.keep_open(db, device_id, kind, day, folder.fold(blob, visit))
    return closed
