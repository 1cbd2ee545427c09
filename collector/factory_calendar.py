"""The factory's calendar from the library ``holidays``, with the days that the policy adds.

The trap (measured): for a year whose make-up days nobody has announced yet the library guesses
silently, with public holidays and without a single make-up day (China 2027 in 0.109). So a year
counts as announced up to the last one for which the library knows a make-up day; a country that
never had one needs no announcement.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import Final

import holidays

from collector.claims.clock_terms import ClockTerms
from collector.claims.workdays import WithOwnDays, Workdays

_FIRST_YEAR: Final = 2015  # of the search for make-up days
_LAST_YEAR: Final = 2040


class CountryDays:
    """Working days of one country, cached by day: the clocks ask for the same ones again."""

    def __init__(self, country: str) -> None:
        self._days = holidays.country_holidays(country)
        self._known: dict[date, bool] = {}
        self._last_announced = _last_year_with_make_up_days(country)
        self.version = f"holidays {version('holidays')} {country}"

    def is_working(self, day: date) -> bool:
        """As the library says."""
        if (known := self._known.get(day)) is None:
            known = self._known[day] = bool(self._days.is_working_day(day))
        return known

    def is_announced(self, year: int) -> bool:
        """The year's make-up days are in the library, or the country has none."""
        return self._last_announced is None or year <= self._last_announced


@lru_cache(maxsize=4)
def _country(country: str) -> Workdays:
    return CountryDays(country)


def _last_year_with_make_up_days(country: str) -> int | None:
    years = range(_FIRST_YEAR, _LAST_YEAR)
    made_up = holidays.country_holidays(country, years=years).weekend_workdays
    return max((day.year for day in made_up), default=None)


def calendar_of(terms: ClockTerms) -> Workdays:
    """The calendar by which the factory's clocks run."""
    return WithOwnDays(country=_country(terms.country), terms=terms)


def is_country(code: str) -> bool:
    """True for a country that the library knows."""
    return code in holidays.list_supported_countries()
