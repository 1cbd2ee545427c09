"""Where the charge goes by activity, as far as the figures carry it; pure.

What a camera takes by day while it is charged is in no gauge, and so in none of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

from agent.charge import Draw
from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported

_S_PER_H: Final = 3600.0
_HOURS: Final = 24.0
_DARK_S: Final = 4 * 3600
_NIGHTS: Final = 14
_ENOUGH: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """Percent of a full battery a day; None: the figures do not say."""

    visits: float | None = None  # our own, estimated from seconds awake and the pack's capacity
    night: float | None = None  # in the dark hours: lamp, recording and standby together
    standby: float | None = None  # at most: the rate of the quiet nights, over 24 hours


def activities_of(days: Iterable[EnergyDay], draw: Draw | None) -> Activities:
    """Of the newest fortnight of days that were watched well.

    Standby is taken from the quietest quarter of nights, which a single flat gauge cannot be.
    """
    newest = [day for day in days if is_supported(day)][-_NIGHTS:]
    nights = [day for day in newest if day.dark_s >= _DARK_S]
    visits = _visits(newest, draw)
    if len(nights) < _ENOUGH:
        return Activities(visits=visits)
    rates = sorted(max(0.0, -day.dark_change * _S_PER_H / day.dark_s) for day in nights)
    quiet = rates[: max(2, len(rates) // 4)]
    return Activities(
        visits=visits,
        night=median(max(0.0, -day.dark_change) for day in nights),
        standby=sum(quiet) / len(quiet) * _HOURS,
    )


def _visits(days: list[EnergyDay], draw: Draw | None) -> float | None:
    if draw is None or not draw.capacity_mah or len(days) < _ENOUGH:
        return None
    spent = [draw.mah(awake_ms=round(day.awake_s * 1000), wakeups=day.wakeups) for day in days]
    return 100.0 * median(spent) / draw.capacity_mah
