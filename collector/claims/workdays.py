"""Which days the factory works: what a calendar says, and the factory's own days. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

from collector.claims.clock_terms import ClockTerms

LONGEST: Final = timedelta(days=3660)  # a calendar that never works ends a count here


class Workdays(Protocol):
    """A calendar. ``version`` changes when its answers may have changed."""

    @property
    def version(self) -> str:
        """The name of the calendar and of its data, to stand beside each due date."""

    def is_working(self, day: date) -> bool:
        """True on a day on which people work; make-up Saturdays are such days."""

    def is_announced(self, year: int) -> bool:
        """True when the year's make-up days are known; without them a due date is provisional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithOwnDays:
    """A country's calendar with the factory's own days off and on, from the policy."""

    country: Workdays
    terms: ClockTerms

    @property
    def version(self) -> str:
        """That of the country, and how many days the policy adds."""
        own = len(self.terms.holidays) + len(self.terms.workdays)
        return f"{self.country.version} +{own}" if own else self.country.version

    def is_working(self, day: date) -> bool:
        """What the policy says of the day, else the country."""
        if day in self.terms.workdays:
            return True
        return day not in self.terms.holidays and self.country.is_working(day)

    def is_announced(self, year: int) -> bool:
        """The policy may know a year before the library does."""
        return year in self.terms.announced or self.country.is_announced(year)


@dataclass(frozen=True, slots=True)
class MondayToFriday:
    """No public holidays at all: for receivers whose calendar nobody knows."""

    version: str = "Mon-Fri"

    def is_working(self, day: date) -> bool:
        """Monday to Friday."""
        return day.weekday() < 5

    def is_announced(self, year: int) -> bool:
        """There is nothing to announce."""
        return True


def working_days_after(
    day: date, *, days: Workdays, counts: Callable[[date], bool], number: int
) -> date | None:
    """The ``number``-th working day after ``day`` that ``counts``; None within ten years."""
    found, last = 0, day + LONGEST
    while day < last:
        day += timedelta(days=1)
        if days.is_working(day) and counts(day):
            found += 1
            if found == number:
                return day
    return None
