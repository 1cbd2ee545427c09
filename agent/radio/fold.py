"""Folds the readings of a visit into the radio day that goes on; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from msgspec.structs import replace

from agent.radio.day import MOST_CELLS, Counts, Last, OpenCell, OpenDay
from agent.radio.scale import PORT_DEAD_DBM, PORTS, on_scale
from agent.radio.session import session_of
from shared.reading import Reading

_T = TypeVar("_T")
SESSION: Final = "cellular.session"
RECONNECTS: Final = "cellular.reconnects"
BYTES: Final = "cellular.bytes_month"
PLAN: Final = "cellular.plan_bytes"
_STALE: Final = timedelta(hours=26)
"""A difference over a longer gap is not this day's: a daily visit comes up to two hours late."""
_PORT_GOOD_DBM: Final = -110.0  # the other port: well enough heard for this one to hear too


def fold(day: OpenDay, readings: Mapping[str, Reading], now: datetime) -> OpenDay:
    """The day with this visit; readings that are not good, or not believed, add nothing."""
    said = _Said(on_scale(readings.values()))
    last = day.last if day.last and timedelta(0) <= now - day.last.at <= _STALE else None
    registered, session = said.flag("cellular.registered"), said.session
    cell, band = said.text("cellular.cell"), said.text("cellular.band")
    moved = last is not None and (
        _differs(last.cell, cell) or (last.cell == cell and _differs(last.band, band))
    )
    return _with_ports(
        replace(
            day,
            cells=_counted_in(day.cells, cell or "", band or "", said),
            wifi=_plus(day.wifi, said.number("wifi.rssi")),
            registered=day.registered + (registered is True),
            unregistered=day.unregistered + (registered is False),
            in_session=day.in_session + (session is True),
            sessionless=day.sessionless + (session is False),
            cell_changes=day.cell_changes + moved,
            drops=day.drops + _dropped(last, registered, session),
            counted=day.counted + _more(last, said.number(RECONNECTS)),
            bytes_used=_bytes(day.bytes_used, last, said.number(BYTES)),
            plan_bytes=_or(said.number(PLAN), day.plan_bytes),
            last=_last(last, said, now),
        ),
        said,
    )


class _Said:
    """The good readings of a visit by name."""

    def __init__(self, readings: tuple[Reading, ...]) -> None:
        self._good = {reading.name: reading for reading in readings if reading.good}

    def number(self, name: str) -> float | None:
        reading = self._good.get(name)
        return None if reading is None else reading.number()

    def text(self, name: str) -> str | None:
        reading = self._good.get(name)
        value = None if reading is None else reading.value
        return value.strip() or None if isinstance(value, str) else None

    @property
    def session(self) -> bool | None:
        return session_of(self.flag(SESSION), self.text("cellular.state"))

    def flag(self, name: str) -> bool | None:
        reading = self._good.get(name)
        value = None if reading is None else reading.value
        return value if isinstance(value, bool) else None


def _differs(before: str | None, now: str | None) -> bool:
    return before is not None and now is not None and before != now


def _or(value: _T | None, other: _T | None) -> _T | None:
    return other if value is None else value


def _plus(counts: Counts, value: float | None) -> Counts:
    if value is None:
        return counts
    whole = round(value)
    return {**counts, whole: counts.get(whole, 0) + 1}


def _counted_in(
    cells: tuple[OpenCell, ...], cell: str, band: str, said: _Said
) -> tuple[OpenCell, ...]:
    """Each cell and band has figures of its own; one beyond ``MOST_CELLS`` is left out."""
    rsrp, rsrq, sinr = (said.number(f"cellular.{name}") for name in ("rsrp", "rsrq", "sinr"))
    if rsrp is None and rsrq is None and sinr is None:
        return cells
    place = next(
        (i for i, one in enumerate(cells) if (one.cell, one.band) == (cell, band)), len(cells)
    )
    if place == MOST_CELLS:
        return cells
    own = cells[place] if place < len(cells) else OpenCell(cell, band)
    own = replace(
        own,
        rsrp=_plus(own.rsrp, rsrp),
        rsrq=_plus(own.rsrq, rsrq),
        sinr=_plus(own.sinr, sinr),
    )
    return (*cells[:place], own, *cells[place + 1 :])


def _dropped(last: Last | None, registered: bool | None, session: bool | None) -> int:
    """1 when registration or session were there at the visit before and are not now."""
    if last is None:
        return 0
    lost_network = last.registered is True and registered is False
    lost_session = last.session is True and session is False
    return int(lost_network or lost_session)


def _more(last: Last | None, counter: float | None) -> int:
    """By how much the modem's own counter rose; one that fell began anew and counts from 0."""
    if last is None or counter is None or last.reconnects is None:
        return 0
    rise = counter - last.reconnects
    return int(rise if rise >= 0 else counter)


def _bytes(used: float | None, last: Last | None, month: float | None) -> float | None:
    """Bytes of the day; a counter that fell began a new month."""
    if month is None or last is None or last.bytes_month is None:
        return used
    rise = month - last.bytes_month
    return (used or 0.0) + (rise if rise >= 0 else month)


def _with_ports(day: OpenDay, said: _Said) -> OpenDay:
    first, second = (said.number(name) for name in PORTS)
    if first is None or second is None:
        return day
    dead = tuple(
        int(own <= PORT_DEAD_DBM and other >= _PORT_GOOD_DBM)
        for own, other in ((first, second), (second, first))
    )
    alive = tuple(int(own > PORT_DEAD_DBM) for own in (first, second))
    return replace(
        day,
        ports=day.ports + 1,
        ports_dead=(day.ports_dead[0] + dead[0], day.ports_dead[1] + dead[1]),
        ports_alive=(day.ports_alive[0] + alive[0], day.ports_alive[1] + alive[1]),
    )


def _last(last: Last | None, said: _Said, now: datetime) -> Last:
    """What was said last; what this visit left out is remembered from the one before."""
    before = last or Last(now)
    apn = _or(said.text("cellular.apn"), before.apn)
    return Last(
        now,
        cell=_or(said.text("cellular.cell"), before.cell),
        band=_or(said.text("cellular.band"), before.band),
        registered=_or(said.flag("cellular.registered"), before.registered),
        session=_or(said.session, before.session),
        reconnects=_or(said.number(RECONNECTS), before.reconnects),
        bytes_month=_or(said.number(BYTES), before.bytes_month),
        apn=apn,
        apn_in_session=apn if said.session else before.apn_in_session,
    )
