"""What one recipient wants: how each topic is told, when digests come, how much is enough. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collector.notify.topics import MAY, Delivery, Topic, usual
from collector.roles import Role

EVERY_DAY: Final = frozenset(range(7))  # Monday is 0
EVERY_SITE: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the day in which nothing is sent now; from 22 to 6 reaches over midnight."""

    begins: int  # 0 to 23
    ends: int  # 0 to 23, another hour than ``begins``

    def covers(self, hour: int) -> bool:
        """True while it is quiet."""
        if self.begins < self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """Working hours of the recipient's own day, on the days that ``is_working`` says."""

    begins: int  # 0 to 23
    ends: int  # 1 to 24
    is_working: Callable[[date], bool]

    def covers(self, local: datetime) -> bool:
        """True while they work."""
        return self.begins <= local.hour < self.ends and self.is_working(local.date())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The settings of one recipient; ``rules`` by site ('' for all) and topic."""

    zone: str = "UTC"
    digest_hour: int = 8  # 0 to 23
    digest_days: frozenset[int] = EVERY_DAY  # never empty
    daily_cap: int = 20  # messages told now, a day of the recipient's zone
    quiet: Quiet | None = None
    closings: bool = False  # wants to hear that an incident is over
    claim_events: frozenset[str] = frozenset()  # of a program: these entries alone; empty for all
    rules: Mapping[tuple[str, Topic], Delivery] = field(default_factory=dict)

    def local(self, now: datetime) -> datetime:
        """The moment by the recipient's clock; UTC where the zone is not known here."""
        try:
            return now.astimezone(ZoneInfo(self.zone))
        except (ZoneInfoNotFoundError, ValueError):
            return now.astimezone(UTC)

    def today(self, now: datetime) -> date:
        """The recipient's calendar day."""
        return self.local(now).date()

    def delivery(self, topic: Topic, *, site_id: str, role: Role) -> Delivery:
        """How to tell the topic: by the rule for the site, for all sites, or as is usual.

        NEVER where the role may not open the page that it is about, whatever a rule says.
        """
        if role not in MAY[topic]:
            return Delivery.NEVER
        for site in dict.fromkeys((site_id, EVERY_SITE)):
            if (found := self.rules.get((site, topic))) is not None:
                return found
        return usual(role, topic)

    def next_digest(self, now: datetime) -> datetime:
        """When the next digest leaves, after ``now``; in UTC."""
        local = self.local(now)
        for days in range(9):
            day = local.date() + timedelta(days=days)
            at = datetime.combine(day, time(self.digest_hour), local.tzinfo).astimezone(UTC)
            if day.weekday() in self.digest_days and at > now:
                return at
        raise ValueError("no day of the week has a digest")

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours end that hold at ``now``; None when it is not quiet."""
        local = self.local(now)
        if self.quiet is None or not self.quiet.covers(local.hour):
            return None
        for days in range(3):
            day = local.date() + timedelta(days=days)
            at = datetime.combine(day, time(self.quiet.ends), local.tzinfo).astimezone(UTC)
            if at > now:
                return at
        return None

    def working_from(self, now: datetime, working: Working) -> datetime | None:
        """When the recipient's next working hours begin, past any quiet hours; None while they
        work."""
        local = self.local(now)
        if working.covers(local) and not (self.quiet and self.quiet.covers(local.hour)):
            return None
        for days in range(60):
            day = local.date() + timedelta(days=days)
            at = datetime.combine(day, time(working.begins), local.tzinfo).astimezone(UTC)
            if at > now and working.is_working(day):
                return self.quiet_until(at) or at
        return self.quiet_until(now)
