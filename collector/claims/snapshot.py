"""Both clocks of a line as they are stored: due, stopped, paused, breached, what is next. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from collector.claims.clock_terms import ClockTerms
from collector.claims.clocks import Marks, Resolution, Response, resolution, response
from collector.claims.story import Story
from collector.claims.workdays import Workdays


class Kind(enum.Enum):
    """Which of the two clocks."""

    RESPONSE = "response"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One clock, or one cycle of it, at the time it was counted."""

    kind: Kind
    cycle: int
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    breached_at: datetime | None
    paused_since: datetime | None
    pause_reason: str
    paused_days: int
    is_provisional: bool
    calendar: str
    marks: Marks

    @property
    def runs(self) -> bool:
        """Neither stopped nor paused."""
        return self.stopped_at is None and self.paused_since is None

    def next_after(self, warned: int) -> datetime | None:
        """When the first share is reached that nobody was told of."""
        return next((at for share, at in self.marks if share > warned), None)

    def reached(self, now: datetime) -> int:
        """The highest share of its time that is used by now; 0 before the first."""
        return max((share for share, at in self.marks if at <= now), default=0)


def calendar_name(terms: ClockTerms, days: Workdays) -> str:
    """What due dates were made by; another name means that they are to be made again."""
    return f"{days.version}; {terms.signature}"


def take_snapshots(
    story: Story, *, terms: ClockTerms, days: Workdays, now: datetime
) -> tuple[Snapshot, ...]:
    """Every cycle of the response, and the resolution; none before the submission."""
    name = calendar_name(terms, days)
    cycles = response(story, terms=terms, days=days, now=now)
    whole = resolution(story, terms=terms, days=days, now=now)
    return (
        *(_of_cycle(one, name) for one in cycles),
        *((_of_resolution(whole, name),) if whole else ()),
    )


def _of_cycle(one: Response, calendar: str) -> Snapshot:
    return Snapshot(
        kind=Kind.RESPONSE,
        cycle=one.number,
        started_at=one.started_at,
        due_at=one.due_at,
        stopped_at=one.stopped_at,
        breached_at=one.due_at if one.is_breached else None,
        paused_since=None,
        pause_reason="",
        paused_days=0,
        is_provisional=one.is_provisional,
        calendar=calendar,
        marks=one.marks,
    )


def _of_resolution(one: Resolution, calendar: str) -> Snapshot:
    return Snapshot(
        kind=Kind.RESOLUTION,
        cycle=0,
        started_at=one.started_at,
        due_at=one.due_at,
        stopped_at=one.stopped_at,
        breached_at=one.due_at if one.is_breached else None,
        paused_since=one.pause.began_at if one.pause else None,
        pause_reason=one.pause.reason.value if one.pause else "",
        paused_days=one.paused_days,
        is_provisional=one.is_provisional,
        calendar=calendar,
        marks=one.marks,
    )
