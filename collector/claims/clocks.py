"""Both clocks of a claim line: pure functions of its story, a calendar and the time. Pure.

Source: claims and warranty, section 9.

- The response clock counts elapsed hours in UTC: adding 48 h to a local time is wrong over a
  change of daylight saving (2026-10-24 12:00 in Berlin). One cycle for each question.
- The resolution clock counts working days of the factory. The day of submission is not counted
  (PRC Civil Code, article 201). A working day counts when the clock runs at 18:00 of that day:
  so a pause of an hour costs nobody a day, and anyone can count by hand. It is due at the end of
  the last day (article 203: 24:00, as for the warranty).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from collector.claims.clock_terms import ClockTerms
from collector.claims.story import Cycle, Pause, Story
from collector.claims.workdays import Workdays, working_days_after

Marks: TypeAlias = tuple[tuple[int, datetime], ...]
"""When so many percent of the time are used, if nothing happens."""
COUNTED_AT: Final = time(18)
SHARES: Final = (50, 75)  # percent of the time used, at which people are told; 100 is the breach
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One cycle of the response clock."""

    number: int  # from 1
    because: str  # submitted | answered | appeal | reopened
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    stopped_by: str
    elapsed: timedelta
    remaining: timedelta  # below zero once it is late
    is_breached: bool
    is_provisional: bool
    marks: Marks  # none once it has stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The resolution clock. While it is paused, ``due_at`` is when it would be due if it went on
    now, and nothing is going to breach: ``breaches_at`` is None."""

    started_at: datetime
    due_on: date  # the last day, in the factory's calendar
    due_at: datetime
    stopped_at: datetime | None
    elapsed_days: int
    remaining_days: int  # below zero once it is late
    paused_days: int  # working days that did not count
    pause: Pause | None  # the one that holds it now
    is_provisional: bool
    is_breached: bool
    breaches_at: datetime | None  # if nothing happens
    marks: Marks  # none while it is paused, and once it has stopped
    calendar: str

    @property
    def share(self) -> float:
        """How much of the time is used, 0 to 1 and beyond."""
        return self.elapsed_days / max(1, self.elapsed_days + self.remaining_days)


def response(
    story: Story, *, terms: ClockTerms, days: Workdays, now: datetime
) -> tuple[Response, ...]:
    """Every cycle, oldest first; none before the submission."""
    return tuple(
        _cycle(number, cycle, terms=terms, days=days, now=now)
        for number, cycle in enumerate(story.cycles, start=1)
    )


def resolution(
    story: Story, *, terms: ClockTerms, days: Workdays, now: datetime
) -> Resolution | None:
    """The clock now; None before it starts, or where the calendar has no such day."""
    started_at = story.approved_at if terms.resolution_from == "approval" else story.submitted_at
    if started_at is None:
        return None
    zone = ZoneInfo(terms.zone)
    until = min(now, story.stopped_at or now)

    def counted_at(day: date) -> datetime:
        return datetime.combine(day, COUNTED_AT, zone).astimezone(UTC)

    def counts(day: date) -> bool:
        """What is still to come is counted as if the clock ran."""
        moment = counted_at(day)
        return moment > until or not _paused(story.pauses, moment)

    first = _day_of(started_at, zone)
    due_on = working_days_after(first, days=days, counts=counts, number=terms.resolution_days)
    if due_on is None:
        return None
    passed = [
        counts(day)
        for day in _days_between(first, _day_of(until, zone))
        if days.is_working(day) and counted_at(day) <= until
    ]
    due_at = datetime.combine(due_on + _DAY, time(0), zone).astimezone(UTC)

    def mark(share: int) -> Marks:
        number = math.ceil(terms.resolution_days * share / 100)
        day = working_days_after(first, days=days, counts=counts, number=number)
        return ((share, counted_at(day)),) if day else ()

    pause = story.pause if story.stopped_at is None else None
    runs = story.stopped_at is None and pause is None
    return Resolution(
        started_at=started_at,
        due_on=due_on,
        due_at=due_at,
        stopped_at=story.stopped_at,
        elapsed_days=sum(passed),
        remaining_days=terms.resolution_days - sum(passed),
        paused_days=len(passed) - sum(passed),
        pause=pause,
        is_provisional=not all(days.is_announced(y) for y in range(first.year, due_on.year + 1)),
        is_breached=until >= due_at,
        breaches_at=due_at if runs and now < due_at else None,
        marks=(*(m for share in SHARES for m in mark(share)), (100, due_at)) if runs else (),
        calendar=days.version,
    )


def _cycle(
    number: int, cycle: Cycle, *, terms: ClockTerms, days: Workdays, now: datetime
) -> Response:
    until = min(now, cycle.stopped_at or now)
    due_at = cycle.started_at + terms.response
    if terms.response_working:
        due_at = _after_working_hours(cycle.started_at, terms=terms, days=days)
    last_year = due_at.astimezone(ZoneInfo(terms.zone)).year
    return Response(
        number=number,
        because=cycle.because,
        started_at=cycle.started_at,
        due_at=due_at,
        stopped_at=cycle.stopped_at,
        stopped_by=cycle.stopped_by,
        elapsed=until - cycle.started_at,
        remaining=due_at - until,
        is_breached=until > due_at,
        is_provisional=terms.response_working and not days.is_announced(last_year),
        marks=()
        if cycle.stopped_at
        else tuple(
            (share, cycle.started_at + (due_at - cycle.started_at) * share / 100)
            for share in (*SHARES, 100)
        ),
    )


def _after_working_hours(start: datetime, *, terms: ClockTerms, days: Workdays) -> datetime:
    """When so many hours of working days have passed: the option of section 9."""
    zone, left, at = ZoneInfo(terms.zone), terms.response, start
    for _ in range(3660):
        day = _day_of(at, zone)
        midnight = datetime.combine(day + _DAY, time(0), zone).astimezone(UTC)
        if days.is_working(day):
            if at + left <= midnight:
                return at + left
            left -= midnight - at
        at = midnight
    return at


def _paused(pauses: tuple[Pause, ...], moment: datetime) -> bool:
    return any(
        one.began_at <= moment and (one.ended_at is None or moment < one.ended_at) for one in pauses
    )


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _days_between(first: date, last: date) -> list[date]:
    """The days after ``first`` up to ``last``."""
    return [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
