"""How much sun there is: by the season of the place, or by what its site is given; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
_ENOUGH: Final = 11  # of them, watched well
_THREE_WEEKS: Final = 21
_MOST_OF_THEM: Final = 16  # watched well
_AS_HIGH: Final = 0.85
"""Of a clear day's sun in its first weeks: with so much left the season is not the reason."""
_GOOD_SEASON: Final = 0.6
"""Of the best day's: a closed cover of clouds leaves a quarter of it, some 15 % of the best, which
even a small panel shows as a charge (a dark cover of weeks needs a lower sun)."""
_EMPTY: Final = 10.0  # percent: at about as much cameras go dark
_FEW: Final = 2


def is_low_season(case: Case) -> bool:
    """Whether the sun is so low that a camera may run short by that alone."""
    return sun_share(case) <= case.levels.low_sun_share


def sun_share(case: Case, *, on: date | None = None) -> float:
    """Of the place's best season, what a clear day gives now; 1 where the place is not known."""
    latitude, day = case.view.latitude_deg, on or case.view.day
    return 1.0 if latitude is None else day_sum(day, latitude) / _best(day.year, latitude)


def is_scarce(case: Case) -> bool:
    """For a fortnight the site was given less than it took, though it was charged on most days.

    What the season says where the place is not known. None was full in it, and most went down: no
    dirt falls on all of them at once, and what frost locks out is not charged.
    """
    mates = witnesses(case.view.siblings)
    if not mates or not _is_starved(case, case.view.days):
        return False
    charged = [
        day.charging_visits > 0 or day.rise >= case.noise for day in _lately(case, case.view.days)
    ]
    starved = sum(_is_starved(case, days) for days in mates.values())
    return 2 * sum(charged) > len(charged) and 2 * starved > len(mates)


def had_plenty(case: Case) -> bool:
    """Half of its siblings stayed high all fortnight, for one may be at fault; or it has none.

    One that fell silent may be empty.
    """
    lows = [
        min(
            (low for day in _lately(case, days) if (low := day.charge_low) is not None),
            default=0.0,
        )
        for days in witnesses(case.view.siblings).values()
    ]
    return 2 * sum(low < _HIGH for low in lows) <= len(lows)


def is_sunny_by_season(case: Case, *, on: date | None = None) -> bool:
    """A camera alone at a known place in a good season: no weather there gives nothing for days.

    Under a closed cover of clouds a quarter of a clear day's sun is left (``idle_causes``). A
    gauge alone is no word for it: what is used by day as much falls alike.
    """
    alone = not witnesses(case.view.siblings) and case.view.latitude_deg is not None
    tells = any(day.charging_reads or day.current_s or day.panel_s for day in case.recent.values())
    return alone and tells and sun_share(case, on=on) >= _GOOD_SEASON


def is_starved_alone(case: Case) -> bool:
    """No sibling tells of the sun, but for three weeks of a good season it was given too little.

    In its first weeks it was full on most days, under a sun that was not much higher.
    """
    if witnesses(case.view.siblings) or case.view.latitude_deg is None or not case.first:
        return False
    full, share = case.levels.energy_full_percent, sun_share(case)
    before = sun_share(case, on=max(case.first))
    filled = [(day.charge_high or 0.0) >= full for day in case.first.values()]
    is_high = share >= max(case.levels.low_sun_share, _AS_HIGH * before)
    if not is_high or 3 * sum(filled) < 2 * len(filled):
        return False
    kept = _lately(case, case.view.days, _THREE_WEEKS)
    never_full = all((day.charge_high or 0.0) < full for day in kept)
    return len(kept) >= _MOST_OF_THEM and never_full and is_short(kept, full=full)


def has_run_empty(days: Iterable[EnergyDay]) -> bool:
    """It was nearly empty on one of these days: it may be dark on others, and not be watched."""
    return any(day.charge_low is not None and day.charge_low <= _EMPTY for day in days)


def _is_starved(case: Case, days: Mapping[date, EnergyDay]) -> bool:
    """It was watched for most of the fortnight, never full in it, and went down or hung low.

    An empty one is dark for days, and so is not watched: two days of such a one will do.
    """
    kept = _lately(case, days)
    full = case.levels.energy_full_percent
    never_full = all((day.charge_high or 0.0) < full for day in kept)
    enough = _FEW if has_run_empty(kept) else _ENOUGH
    return len(kept) >= enough and never_full and is_short(kept, full=full)


def _lately(
    case: Case, days: Mapping[date, EnergyDay], most: int = _FORTNIGHT
) -> tuple[EnergyDay, ...]:
    """Of the newest days, a fortnight, those that were watched well."""
    since = case.view.day - timedelta(days=most)
    return tuple(
        one for day, one in days.items() if since < day <= case.view.day and is_supported(one)
    )


def _best(year: int, latitude_deg: float) -> float:
    return max(day_sum(date(year, month, 21), latitude_deg) for month in (3, 6, 9, 12))
