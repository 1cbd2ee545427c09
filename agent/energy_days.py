"""The energy days of a device: folded at each pass, looked at when one closes."""

from __future__ import annotations

from dataclasses import replace as replace_view
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from agent.config import budget_of
from agent.days import Closed, Folder, Visit
from agent.delivery import day_store
from agent.energy.daily import daily_readings
from agent.energy.day import EnergyDay
from agent.energy.exchange import exchanged_on
from agent.energy.folding import carried, closed, fold, read_day, write_day
from agent.energy.view import EnergyView
from agent.radio.blob import read_closed
from agent.radio_days import KIND as RADIO

KIND: Final = "energy"
EXCHANGED: Final = "energy:exchanged"  # days on which another battery was fitted
_FIRST: Final = 14  # days of day 0
_OWN: Final = timedelta(days=90)
_THEIRS: Final = timedelta(days=35)
_MOST: Final = 16  # siblings


def _fold(blob: bytes | None, visit: Visit) -> bytes:
    day = read_day(blob) or EnergyDay()
    day = fold(
        day,
        visit.readings,
        visit.now,
        sun_deg=visit.sun_deg(),
        wakeups=visit.wakeups,
        awake_s=visit.awake_s,
    )
    return write_day(replace(day, firmware=visit.firmware[:32] or day.firmware))


def _close(blob: bytes) -> bytes:
    return write_day(closed(read_day(blob) or EnergyDay()))


def _carry(blob: bytes) -> bytes | None:
    day = read_day(blob)
    return None if day is None else write_day(carried(day))


def look(seen: Closed) -> EnergyView:
    """A camera's first and its newest days, and those of its siblings, up to the closed one."""
    device_id, place = seen.device.device_id, seen.device.place
    siblings = {mate: _days(seen, mate, since=seen.day - _THEIRS) for mate in seen.mates[:_MOST]}
    exchanged = max(
        (
            day
            for day in day_store.read(seen.db, device_id, EXCHANGED, since=date.min)
            if day <= seen.day
        ),
        default=None,
    )
    view = EnergyView(
        day=seen.day,
        days=_days(seen, device_id, since=seen.day - _OWN, first=exchanged or date.min),
        siblings={mate: days for mate, days in siblings.items() if days},
        latitude_deg=place.latitude_deg if place else None,
        longitude_deg=place.longitude_deg if place else None,
        draw=budget_of(seen.device).draw,
        levels=seen.levels,
        exchanged_on=exchanged,
        sent=_sent(seen),
    )
    return _begin_anew(view)


def close_look(seen: Closed) -> EnergyView:
    """The same when a day closes; that its battery was exchanged is then kept for good."""
    view = look(seen)
    if view.exchanged_on is not None:
        day_store.keep(seen.db, seen.device.device_id, EXCHANGED, view.exchanged_on, b"")
    return view


def _begin_anew(view: EnergyView) -> EnergyView:
    """Without what was before another battery, if one was fitted a fortnight ago."""
    day = exchanged_on(view)
    if day is None:
        return view
    days = {at: one for at, one in view.days.items() if at >= day}
    return replace_view(view, days=days, exchanged_on=day)


def _sent(seen: Closed) -> dict[date, float]:
    """Bytes by day, of its closed days on the air: what it is used for, it sends."""
    device_id = seen.device.device_id
    blobs = day_store.read_first(seen.db, device_id, RADIO, days=_FIRST)
    blobs.update(day_store.read(seen.db, device_id, RADIO, since=seen.day - _OWN))
    days = {day: read_closed(blob) for day, blob in blobs.items()}
    return {
        day: one.bytes_used
        for day, one in days.items()
        if one is not None and one.bytes_used is not None
    }


def _days(
    seen: Closed, device_id: str, *, since: date, first: date = date.min
) -> dict[date, EnergyDay]:
    """One that has not been visited since midnight has its day open yet: it counts as it is.

    ``first``: with which day it begins.
    """
    blobs = day_store.read_first(seen.db, device_id, KIND, days=_FIRST, since=first)
    blobs.update(day_store.read(seen.db, device_id, KIND, since=max(since, first)))
    going_on = day_store.read_open(seen.db, device_id, KIND)
    if going_on is not None:
        blobs.setdefault(*going_on)
    days = {day: read_day(blob) for day, blob in sorted(blobs.items()) if day <= seen.day}
    return {day: found for day, found in days.items() if found is not None}


FOLDER: Final = Folder(
    kind=KIND,
    families=("battery.", "solar."),
    fold=_fold,
    close=_close,
    carry=_carry,
    look=close_look,
    tell=daily_readings,
)
