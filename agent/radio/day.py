"""What a day came to on the air, by serving cell. Stored, so fields are only appended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from shared.moment import Moment

Counts: TypeAlias = dict[int, int]
"""How often each whole number of dB was read."""
MOST_CELLS: Final = 8
"""Cells and bands told apart in a day; what meets more is no fixed camera."""


class Spread(msgspec.Struct, frozen=True, array_like=True):
    """One figure over a day."""

    median: float
    p10: float  # the value that nine of ten readings reach
    count: int


class CellDay(msgspec.Struct, frozen=True, array_like=True):
    """One serving cell and band; '' where the device does not say."""

    cell: str
    band: str
    rsrp: Spread | None = None
    rsrq: Spread | None = None
    sinr: Spread | None = None


class RadioDay(msgspec.Struct, frozen=True, array_like=True):
    """A closed day of one device."""

    cells: tuple[CellDay, ...] = ()  # the most read one first
    wifi: Spread | None = None
    registered: int = 0  # readings
    unregistered: int = 0
    in_session: int = 0
    sessionless: int = 0
    cell_changes: int = 0
    reconnects: int = 0
    bytes_used: float | None = None
    bytes_month: float | None = None  # at its end
    plan_bytes: float | None = None  # as the device says
    ports: int = 0  # readings in which both antenna ports spoke
    ports_dead: tuple[int, int] = (0, 0)  # of these: one hears nothing while the other is good
    ports_alive: tuple[int, int] = (0, 0)
    apn_changed: bool = False  # another one than when data flowed last

    @property
    def main(self) -> CellDay | None:
        """The cell that most readings of RSRP are from; None without any."""
        return self.cells[0] if self.cells and self.cells[0].rsrp else None

    def on(self, cell: str, band: str) -> CellDay | None:
        """What was read on this cell and band."""
        return next((one for one in self.cells if (one.cell, one.band) == (cell, band)), None)

    @property
    def registered_share(self) -> float | None:
        """Of the readings that say so, in 0..1; None without any."""
        count = self.registered + self.unregistered
        return self.registered / count if count else None


class OpenCell(msgspec.Struct, frozen=True, array_like=True):
    """One cell and band of a day that goes on."""

    cell: str
    band: str
    rsrp: Counts = msgspec.field(default_factory=dict)
    rsrq: Counts = msgspec.field(default_factory=dict)
    sinr: Counts = msgspec.field(default_factory=dict)


class Last(msgspec.Struct, frozen=True, array_like=True):
    """What the device said last: drops and bytes are differences."""

    at: Moment
    cell: str | None = None
    band: str | None = None
    registered: bool | None = None
    session: bool | None = None
    reconnects: float | None = None  # the modem's own counter
    bytes_month: float | None = None
    apn: str | None = None
    apn_in_session: str | None = None  # with which data flowed last


class OpenDay(msgspec.Struct, frozen=True, array_like=True):
    """A day that goes on."""

    cells: tuple[OpenCell, ...] = ()
    wifi: Counts = msgspec.field(default_factory=dict)
    registered: int = 0
    unregistered: int = 0
    in_session: int = 0
    sessionless: int = 0
    cell_changes: int = 0
    drops: int = 0  # seen between two visits
    counted: int = 0  # by the modem's own counter
    bytes_used: float | None = None
    plan_bytes: float | None = None
    ports: int = 0
    ports_dead: tuple[int, int] = (0, 0)
    ports_alive: tuple[int, int] = (0, 0)
    last: Last | None = None


def spread_of(counts: Mapping[int, int]) -> Spread | None:
    """Median and tenth percentile of counted values, each a value that was read; None for none.

    Nearest rank (Hyndman and Fan 1996, definition 1): no value is made up between two.
    """
    total = sum(counts.values())
    if not total:
        return None
    return Spread(_rank(counts, total, 0.5), _rank(counts, total, 0.1), total)


def _rank(counts: Mapping[int, int], total: int, share: float) -> float:
    seen = 0
    value = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= share * total:
            break
    return float(value)


def closed(day: OpenDay) -> RadioDay:
    """The day as it is kept."""
    cells = sorted(day.cells, key=lambda one: (-sum(one.rsrp.values()), one.cell, one.band))
    return RadioDay(
        cells=tuple(
            CellDay(
                one.cell, one.band, spread_of(one.rsrp), spread_of(one.rsrq), spread_of(one.sinr)
            )
            for one in cells
        ),
        wifi=spread_of(day.wifi),
        registered=day.registered,
        unregistered=day.unregistered,
        in_session=day.in_session,
        sessionless=day.sessionless,
        cell_changes=day.cell_changes,
        reconnects=max(day.drops, day.counted),
        bytes_used=day.bytes_used,
        bytes_month=day.last.bytes_month if day.last else None,
        plan_bytes=day.plan_bytes,
        ports=day.ports,
        ports_dead=day.ports_dead,
        ports_alive=day.ports_alive,
        apn_changed=_apn_changed(day.last),
    )


def _apn_changed(last: Last | None) -> bool:
    worked = None if last is None else last.apn_in_session
    return last is not None and None not in (worked, last.apn) and worked != last.apn


def carried(day: OpenDay) -> OpenDay:
    """The day after it, before its first visit."""
    return OpenDay(last=day.last)
