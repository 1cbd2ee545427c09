"""How much sun there is: by the season of the place, or by what its site is given; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from agent.energy.case import Case
from agent.energy.clear_sky import day_sum
from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported
from agent.energy.witness import is_short, witnesses

AT_EASE: Final = 75.0
"""Percent: with more than three quarters left a battery has nearly all of its days in reserve, and
a dull week, a cold one or a panel that gives somewhat less is nobody's matter yet."""
_HIGH: Final = 85.0
"""Percent: nights and a dull day take that much of a battery that the sun keeps full."""
_FORTNIGHT: Final = 14
_ENOUGH: Final = 11
_FEW: Final = 2


def is_low_season(case: Case) -> bool:
    """Whether the sun is so low that a camera may run short by that alone."""
    return sun_share(case) <= case.levels.low_sun_share


def sun_share(case: Case) -> float:
    """Of the place's best season, what a clear day gives now; 1 where the place is not known."""
    latitude = case.view.latitude_deg
    if latitude is None:
        return 1.0
    return day_sum(case.view.day, latitude) / _best(case.view.day.year, latitude)


def is_scarce(case: Case) -> bool:
    """For a fortnight the site was given less than it took, though it was charged on most days.

    What the season says where the place is not known. None was full in it, and most went down: no
    dirt falls on all of them at once, and what frost locks out is not charged.
    """
    mates = witnesses(case.view.siblings)
    if len(mates) < _FEW or not _is_starved(case, case.view.days):
        return False
    charged = [day.charging_visits > 0 or day.rise >= case.noise for day in _lately(case)]
    starved = sum(_is_starved(case, days) for days in mates.values())
    return 2 * sum(charged) > len(charged) and 2 * starved > len(mates)


def had_plenty(case: Case) -> bool:
    """Half of its siblings stayed high all fortnight, for one may be at fault; or it has none."""
    lows = [
        min((low for day in kept.values() if (low := day.charge_low) is not None), default=0.0)
        for days in witnesses(case.view.siblings).values()
        if (kept := _fortnight(case, days))
    ]
    return 2 * sum(low < _HIGH for low in lows) <= len(lows)


def _is_starved(case: Case, days: Mapping[date, EnergyDay]) -> bool:
    """It was watched for most of the fortnight, never full in it, and went down or hung low."""
    kept = tuple(_fortnight(case, days).values())
    full = case.levels.energy_full_percent
    never_full = all((day.charge_high or 0.0) < full for day in kept)
    return len(kept) >= _ENOUGH and never_full and is_short(kept, full=full)


def _lately(case: Case) -> tuple[EnergyDay, ...]:
    return tuple(_fortnight(case, case.view.days).values())


def _fortnight(case: Case, days: Mapping[date, EnergyDay]) -> dict[date, EnergyDay]:
    since = case.view.day - timedelta(days=_FORTNIGHT)
    return {
        day: one for day, one in days.items() if since < day <= case.view.day and is_supported(one)
    }


def _best(year: int, latitude_deg: float) -> float:
    return max(day_sum(date(year, month, 21), latitude_deg) for month in (3, 6, 9, 12))
