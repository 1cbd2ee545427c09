"""Both clocks of a pre-claim, counted at the time of the visit, for the page and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.claims.clock_terms import ClockTerms
from collector.claims.clocks import Resolution, Response, resolution, response
from collector.claims.story import LogEvent, Story, fold, read_payload
from collector.factory_calendar import calendar_of
from collector.store.views.claim_file import EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPanel:
    """What both clocks say now; ``resolution`` is None before it starts."""

    cycles: tuple[Response, ...]
    resolution: Resolution | None
    days: int  # that the factory has
    zone: str
    is_held: bool

    @property
    def has_started(self) -> bool:
        """Something was submitted."""
        return bool(self.cycles)


def story_of(events: Sequence[EventRow]) -> Story:
    """What the line's log says."""
    return fold(
        LogEvent(
            seq=event.seq,
            at=event.at,
            actor=event.actor,
            role=event.role,
            type=event.type,
            payload=read_payload(event.payload),
        )
        for event in events
    )


def read_clocks(events: Sequence[EventRow], *, terms: ClockTerms, now: datetime) -> ClockPanel:
    """Count both clocks from the log."""
    story, days = story_of(events), calendar_of(terms)
    return ClockPanel(
        cycles=response(story, terms=terms, days=days, now=now),
        resolution=resolution(story, terms=terms, days=days, now=now),
        days=terms.resolution_days,
        zone=terms.zone,
        is_held=story.is_held,
    )


def state_of(clock: Response | Resolution) -> str:
    """runs | paused | late | met | missed: a key of the texts."""
    if clock.stopped_at is not None:
        return "missed" if clock.is_breached else "met"
    if isinstance(clock, Resolution) and clock.pause is not None:
        return "paused"
    return "late" if clock.is_breached else "runs"
