"""When a channel has to record: days and hours in the zone of its site; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from agent.recorder.spans import Span, union, within

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT: Final = time(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From one time of the day to another; past midnight where the end is not later."""

    begin: time
    end: time

    def on(self, day: date, zone: tzinfo) -> Span:
        """The hours that begin on a day, by that zone's clock (its summer time too)."""
        last = day if self.end > self.begin else day + timedelta(days=1)
        begin = datetime.combine(day, self.begin, tzinfo=zone)
        return (begin.timestamp(), datetime.combine(last, self.end, tzinfo=zone).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Continuous within its hours, or on motion: then silence is no gap and nothing is due."""

    is_continuous: bool = True
    days: frozenset[int] = frozenset(range(7))  # 0 is Monday; the day on which hours begin
    hours: tuple[Hours, ...] = ()  # none: the whole day
    zone: tzinfo = UTC

    def due(self, begin: float, end: float) -> list[Span]:
        """When something has to be recorded between two moments (seconds since 1970)."""
        if not self.is_continuous or begin >= end:
            return []
        if not self.hours and len(self.days) == len(DAYS):
            return [(begin, end)]
        hours = self.hours or (Hours(begin=_MIDNIGHT, end=_MIDNIGHT),)
        day = datetime.fromtimestamp(begin, self.zone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(end, self.zone).date()
        spans: list[Span] = []
        while day <= last:
            if day.weekday() in self.days:
                spans += [one.on(day, self.zone) for one in hours]
            day += timedelta(days=1)
        return within(union(spans), begin, end)
