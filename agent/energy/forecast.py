"""The year ahead: what the panel yields by the sun's height, held against what is used; pure.

The yield of the last weeks is measured; a clear sky's sum by latitude carries it to other weeks.
The weather is taken to stay as it was: a place with a cloudy winter gets less than this says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from agent.energy.balance import LONGEST_D, spent_a_day
from agent.energy.clear_sky import day_sum, height_sum
from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported, stretch_of

_MEASURED_DAYS: Final = 21
_ENOUGH_DAYS: Final = 7
_WEEK: Final = timedelta(days=7)
_WEEKS: Final = 52
_FULL: Final = 100.0
_POLAR_NIGHT: Final = 0.05  # of a day's sum: nothing can be carried on from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The worst week of the year ahead, in percent of a full battery a day."""

    week: date  # its first day
    gained: float
    spent: float
    autonomy_d: float  # for how long a full battery lasts in such weeks; a year when it holds out

    @property
    def holds(self) -> bool:
        """Whether the sun of that week gives what is used."""
        return self.gained >= self.spent


def worst_week(
    days: Mapping[date, EnergyDay], *, today: date, latitude_deg: float | None
) -> Forecast | None:
    """None where the place is not known, or the last weeks carry neither yield nor use.

    What can be gained in a day of the last weeks is what an hour of sun brought while there was
    room, times that day's hours of sun; the ratio of clear skies carries it to the other week.
    """
    if latitude_deg is None:
        return None
    recent = {day: one for day, one in days.items() if is_supported(one)}
    newest = dict(tuple(recent.items())[-_MEASURED_DAYS:])
    spent, now = spent_a_day(newest), stretch_of(newest.values())
    if len(newest) < _ENOUGH_DAYS or spent is None or now.gained is None or now.room_sun_h < 4.0:
        return None
    middle = list(newest)[len(newest) // 2]
    today_sum = day_sum(middle, latitude_deg)
    if today_sum < _POLAR_NIGHT:
        return None  # polar night: nothing was measured that could be carried on
    potential = max(0.0, now.gained / now.room_sun_h) * height_sum(middle, latitude_deg)
    week, low_sum = _darkest(today, latitude_deg)
    gained = potential * low_sum / today_sum
    missing = spent - gained
    lasts = LONGEST_D if missing <= 0 else min(LONGEST_D, _FULL / missing)
    return Forecast(week=week, gained=gained, spent=spent, autonomy_d=lasts)


def darkest_week(today: date, latitude_deg: float) -> tuple[date, float] | None:
    """The first day of the year's darkest week ahead, and its sun as a share of today's.

    All that a place tells of a battery which is never low enough to show what its panel could
    give. None in polar night, where there is no sun to compare with.
    """
    today_sum = day_sum(today, latitude_deg)
    if today_sum < _POLAR_NIGHT:
        return None
    week, low_sum = _darkest(today, latitude_deg)
    return week, low_sum / today_sum


def _darkest(today: date, latitude_deg: float) -> tuple[date, float]:
    weeks = (today + _WEEK * number for number in range(_WEEKS))
    sums = {week: day_sum(week + _WEEK / 2, latitude_deg) for week in weeks}
    week = min(sums, key=lambda one: sums[one])
    return week, sums[week]
