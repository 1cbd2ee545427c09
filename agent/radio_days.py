"""The radio days of a device: folded at each pass, looked at when one closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from agent.days import Closed, Folder, Visit
from agent.delivery import day_store
from agent.radio import blob
from agent.radio.day import RadioDay, carried, closed
from agent.radio.fold import fold
from agent.radio.tell import tell
from agent.radio.view import RadioView

KIND: Final = "radio"
_OWN: Final = timedelta(days=400)
"""A fault that lasts must still be held against the days before it."""
_THEIRS: Final = timedelta(days=60)
_MOST: Final = 16  # siblings


def _fold(content: bytes | None, visit: Visit) -> bytes:
    return blob.write(fold(blob.read_open(content), visit.readings, visit.now))


def _close(content: bytes) -> bytes:
    return blob.write(closed(blob.read_open(content)))


def _carry(content: bytes) -> bytes:
    return blob.write(carried(blob.read_open(content)))


def look(seen: Closed) -> RadioView:
    """A device's own days up to the closed one, and those of its siblings."""
    own = _days(seen, seen.device.device_id, since=seen.day - _OWN)
    main = own[seen.day].main if seen.day in own else None
    theirs = {} if main is None else _siblings(seen, main.cell, main.band)
    return RadioView(
        day=seen.day,
        days=own,
        siblings=theirs,
        plan_bytes=seen.device.data_plan_bytes,
    )


def _siblings(seen: Closed, cell: str, band: str) -> dict[str, Mapping[date, RadioDay]]:
    """Devices of this agent that were on the same cell and band that day, its mates first."""
    found: dict[str, Mapping[date, RadioDay]] = {}
    if not (cell and band):
        return found
    on_day = dict(_on_day(seen))
    own_id = seen.device.device_id
    for device_id in dict.fromkeys([*seen.mates, *sorted(on_day)]):
        day = on_day.get(device_id)
        if device_id == own_id or day is None or day.on(cell, band) is None:
            continue
        found[device_id] = _days(seen, device_id, since=seen.day - _THEIRS)
        if len(found) == _MOST:
            break
    return found


def _on_day(seen: Closed) -> Iterator[tuple[str, RadioDay]]:
    """What the day came to for all devices; one not visited since midnight counts as it is."""
    for device_id, content in day_store.read_on(seen.db, KIND, seen.day).items():
        day = blob.read_closed(content)
        if day is not None:
            yield device_id, day
    for device_id, content in day_store.read_open_on(seen.db, KIND, seen.day).items():
        yield device_id, closed(blob.read_open(content))


def _days(seen: Closed, device_id: str, *, since: date) -> dict[date, RadioDay]:
    kept = day_store.read(seen.db, device_id, KIND, since=since)
    days = {day: blob.read_closed(content) for day, content in kept.items() if day <= seen.day}
    found = {day: one for day, one in days.items() if one is not None}
    going_on = day_store.read_open(seen.db, device_id, KIND)
    if going_on is not None and going_on[0] <= seen.day:
        found.setdefault(going_on[0], closed(blob.read_open(going_on[1])))
    return found


FOLDER: Final = Folder(
    kind=KIND,
    families=("cellular.", "wifi."),
    fold=_fold,
    close=_close,
    carry=_carry,
    look=look,
    tell=tell,
)
