"""How high the sun stands now, beside the best season of the place; pure."""

from __future__ import annotations

from datetime import date

from agent.energy.case import Case
from agent.energy.clear_sky import day_sum


def is_low_season(case: Case) -> bool:
    """Whether the sun is so low that a camera may run short by that alone."""
    return sun_share(case) <= case.levels.low_sun_share


def sun_share(case: Case) -> float:
    """Of the place's best season, what a clear day gives now; 1 where the place is not known."""
    latitude = case.view.latitude_deg
    if latitude is None:
        return 1.0
    return day_sum(case.view.day, latitude) / _best(case.view.day.year, latitude)


def _best(year: int, latitude_deg: float) -> float:
    return max(day_sum(date(year, month, 21), latitude_deg) for month in (3, 6, 9, 12))
