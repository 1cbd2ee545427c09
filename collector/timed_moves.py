"""Moves that come with time: a return is asked for, reminders, lapse, verified, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.guards import silent_since
from collector.claims.lifecycle import Actor, LineState
from collector.claims.owed_unit import is_to_be_reminded
from collector.claims.recovery import is_verified
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import Story
from collector.notify import words
from collector.remind_of_return import remind_of_return
from collector.remind_people import remind_people
from collector.review import move_line
from collector.store import cases, claim_news, stories, timed

MOST_AT_ONCE: Final = 100
COLLECTOR: Final = "collector"


def due(db: Connection, *, terms: ClockTerms, after: int, now: datetime) -> list[int]:
    """The next slice of lines that may go on by themselves."""
    return timed.due(db, terms=terms, after=after, limit=MOST_AT_ONCE, now=now)


def go_on(db: Connection, line_id: int, *, terms: ClockTerms, now: datetime) -> bool:
    """Take the step that is due; False when there is none, or a guard refuses it."""
    story = stories.story_of(db, line_id)
    if is_to_be_reminded(story, terms, now=now) and remind_of_return(
        db, line_id, story, terms=terms, now=now
    ):
        return True
    try:
        match story.state:
            case LineState.APPROVED if story.path_said != "countered":
                _move(db, line_id, LineState.AWAITING_RETURN, terms=terms, now=now)
            case LineState.NEED_INFO:
                return _remind_or_lapse(db, line_id, story, terms=terms, now=now)
            case LineState.FULFILLED:
                return _verify(db, line_id, story, terms=terms, now=now)
            case LineState.RESOLVED:
                _move(db, line_id, LineState.CLOSED, terms=terms, now=now)
            case LineState.READY:
                _move(db, line_id, LineState.SUBMITTED, terms=terms, now=now)
            case _:
                return False
    except IllegalMoveError:
        return False
    return True


def _remind_or_lapse(
    db: Connection, line_id: int, story: Story, *, terms: ClockTerms, now: datetime
) -> bool:
    if story.reminders >= terms.reminders:
        _move(db, line_id, LineState.LAPSED, terms=terms, now=now)
        return True
    last = max(filter(None, (silent_since(story), story.reminded_at)), default=now)
    if now - last < terms.remind_after:
        return False
    facts = claim_news.claim_facts(db, line_id)
    if facts is None:
        return False
    number = story.reminders + 1
    event = cases.append_event(
        db,
        line_id=line_id,
        organisation_id=facts.organisation_id,
        actor=COLLECTOR,
        role=Actor.SYSTEM.value,
        type_="reminded",
        payload={"number": number, "of": terms.reminders, "missing": list(story.named_gaps)},
        now=now,
    )
    said = words.of_reminder(
        number=facts.number,
        code=facts.code,
        device=facts.device_name,
        site=facts.site_name,
        missing=story.named_gaps,
        left=(terms.reminders - number + 1) * terms.remind_after,
    )
    return remind_people(db, line_id, facts, said, step=f"reminder.{event.seq}", now=now)


def _verify(
    db: Connection, line_id: int, story: Story, *, terms: ClockTerms, now: datetime
) -> bool:
    since = now - terms.verified_after
    found = timed.recoveries(db, line_id, since=since)
    if not is_verified(story, found, terms=terms, now=now):
        return False
    _move(
        db,
        line_id,
        LineState.RESOLVED,
        fields={"verified_by_probe": True, "codes": sorted({one.code for one in found})},
        terms=terms,
        now=now,
    )
    return True


def _move(
    db: Connection,
    line_id: int,
    target: LineState,
    *,
    terms: ClockTerms,
    now: datetime,
    fields: dict[str, object] | None = None,
) -> None:
    move_line(
        db,
        line_id=line_id,
        target=target,
        actor=COLLECTOR,
        role=Actor.SYSTEM,
        reason="",
        now=now,
        fields=fields or {},
        terms=terms,
    )
