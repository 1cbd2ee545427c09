"""Which of a camera's days are its newest nights, and which its first ones; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported

Dated: TypeAlias = tuple[tuple[date, EnergyDay], ...]
NEWEST_NIGHTS: Final = 14
_FIRST_NIGHTS: Final = 28
BASE_DAYS: Final = 6
"""Fewer first days than that are no base: the nights of a week even out traffic and weather."""


def of_one_firmware(days: Mapping[date, EnergyDay]) -> Mapping[date, EnergyDay]:
    """Those since the firmware changed last: another one may count percent, or mA, otherwise.

    A day of which the firmware is not known stays with those beside it.
    """
    since, name = min(days, default=date.min), ""
    for day, one in days.items():
        if one.firmware and name and one.firmware != name:
            since = day
        name = one.firmware or name
    return {day: one for day, one in days.items() if day >= since}


def nights_of(days: Mapping[date, EnergyDay], *, upto: date) -> tuple[Dated, Dated]:
    """The newest fortnight of days that were watched well, and the first four weeks before it."""
    alike = of_one_firmware(days)
    kept = tuple((day, one) for day, one in alike.items() if day <= upto and is_supported(one))
    earlier = kept[:-NEWEST_NIGHTS][:_FIRST_NIGHTS]
    return kept[-NEWEST_NIGHTS:], earlier if len(earlier) >= BASE_DAYS else ()


def step_of(days: Iterable[EnergyDay]) -> float:
    """The smallest distance between two values that a gauge has shown; 1 when it showed one."""
    values = sorted({value for day in days for value in day.gauge})
    return float(min((later - one for one, later in pairwise(values)), default=1))
