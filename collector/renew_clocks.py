"""Keeps the snapshots of both clocks: after each step of a line, and as days go by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.snapshot import Snapshot, calendar_name, take_snapshots
from collector.claims.story import Story
from collector.factory_calendar import calendar_of
from collector.store import cases, clocks, stories

MOST_AT_ONCE: Final = 100
PAUSED_FOR: Final = timedelta(hours=6)  # a paused clock's due day moves on once a day


def renew(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    story: Story,
    terms: ClockTerms,
    now: datetime,
) -> tuple[Snapshot, ...]:
    """Write what the clocks say now; nothing for a line that was never submitted."""
    snapshots = take_snapshots(story, terms=terms, days=calendar_of(terms), now=now)
    if snapshots:
        clocks.keep(
            db,
            line_id=line_id,
            organisation_id=organisation_id,
            snapshots=snapshots,
            now=now,
        )
    return snapshots


def renew_stale(db: Connection, *, terms: ClockTerms, now: datetime) -> int:
    """Count again where the calendar or the policy has changed, or a pause goes on; a slice of
    them, how many that was."""
    due = clocks.stale(
        db,
        calendar=calendar_name(terms, calendar_of(terms)),
        paused_before=now - PAUSED_FOR,
        limit=MOST_AT_ONCE,
    )
    for line_id in due:
        renew_line(db, line_id, terms=terms, now=now)
    return len(due)


def renew_first(db: Connection, *, after: int, terms: ClockTerms, now: datetime) -> int | None:
    """Count lines that were submitted before clocks were kept, beyond ``after``; how far it came,
    None at the end."""
    found = clocks.without(db, after=after, limit=MOST_AT_ONCE)
    for line_id in found:
        renew_line(db, line_id, terms=terms, now=now)
    return found[-1] if found else None


def renew_line(
    db: Connection, line_id: int, *, terms: ClockTerms, now: datetime
) -> tuple[Snapshot, ...]:
    """Count the clocks of one line anew from its log."""
    known = cases.state_of(db, line_id)
    if known is None:
        return ()
    return renew(
        db,
        line_id=line_id,
        organisation_id=known[1],
        story=stories.story_of(db, line_id),
        terms=terms,
        now=now,
    )
