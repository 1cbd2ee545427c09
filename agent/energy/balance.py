"""What came in and what went out by day, and how long the charge lasts without sun; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported

_S_PER_H: Final = 3600.0
_HOURS: Final = 24.0
_DARK_S: Final = 4 * 3600
"""Fewer hours of darkness than that, and a gauge in whole percent tells no rate of them."""
_NEARLY_WHOLE_S: Final = 20 * 3600
_DAYS: Final = 14
_ENOUGH_DAYS: Final = 3
LONGEST_D: Final = 365.0
"""An autonomy beyond a year is told as a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A day in percent of a full battery; None where the day does not carry it."""

    gained: float | None = None
    spent: float | None = None


def balance_of(day: EnergyDay) -> Balance:
    """What the day took and was given.

    Spent: the fall by night, an hour of it times 24. Gained: what the charge is higher at the end
    than that would leave it, so that the gauge's error stays at the day's ends. Where no night is
    known, the sums of rises and falls beyond the gauge's noise, of a day that was watched nearly
    whole; a day's use while it charges is in neither then.
    """
    if not is_supported(day):
        return Balance()
    if day.dark_s < _DARK_S:
        whole = day.covered_s >= _NEARLY_WHOLE_S
        return Balance(gained=day.rise, spent=day.fall) if whole else Balance()
    rate = max(0.0, -day.dark_change * _S_PER_H / day.dark_s)
    spent = rate * _HOURS
    if day.charge_first is None or day.charge_last is None:
        return Balance(spent=spent)
    gained = day.charge_last - day.charge_first + rate * day.span_s / _S_PER_H
    return Balance(gained=max(0.0, gained), spent=spent)


def spent_a_day(days: Mapping[date, EnergyDay]) -> float | None:
    """What a day takes in percent: the median of the newest fortnight; None for too few days."""
    known = [spent for day in days.values() if (spent := balance_of(day).spent) is not None]
    newest = known[-_DAYS:]
    return median(newest) if len(newest) >= _ENOUGH_DAYS else None


def autonomy_d(days: Mapping[date, EnergyDay]) -> float | None:
    """For how many days today's charge lasts without any sun; None where nothing carries it.

    The median, for one night of traffic is no habit; a day that took less than a tenth of a
    percent counts as that much, for the gauge cannot tell less.
    """
    spent, charge = spent_a_day(days), _newest_charge(days.values())
    if spent is None or charge is None:
        return None
    return min(LONGEST_D, charge / max(spent, 0.1))


def _newest_charge(days: Iterable[EnergyDay]) -> float | None:
    known = [day.charge_last for day in days if day.charge_last is not None]
    return known[-1] if known else None
