"""A manager holds the resolution clock of a line, and lets it go on: visible, with the words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims import guard_words
from collector.claims.clock_terms import DEFAULT_TERMS, ClockTerms
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import Story, step
from collector.renew_clocks import renew
from collector.review import NO_FIELDS, line_and_story
from collector.store import cases
from collector.store.cases import LineRow

HOLDERS: Final = frozenset({Actor.ENGINEER, Actor.ADMIN})


def hold_line(
    db: Connection,
    *,
    line_id: int,
    actor: str,
    role: Actor,
    reason: str,
    now: datetime,
    terms: ClockTerms = DEFAULT_TERMS,
    fields: Mapping[str, object] = NO_FIELDS,
) -> Story:
    """Hold the resolution clock, with words that stand beside it wherever it is shown.

    IllegalMoveError when the clock does not run, is held already, or the words are missing. The
    caller has checked that the line is within the actor's scope.
    """
    line, story = line_and_story(db, line_id)
    if role not in HOLDERS:
        raise IllegalMoveError(guard_words.NOT_HOLDER)
    if story.submitted_at is None or story.stopped_at is not None or story.is_held:
        raise IllegalMoveError(guard_words.NOT_RUNNING)
    if not reason.strip():
        raise IllegalMoveError(guard_words.HOLD_REASON)
    said = {**fields, "reason": reason.strip()}
    return _tell_clock(
        db, line, story, "held", actor=actor, role=role, said=said, now=now, terms=terms
    )


def release_line(
    db: Connection,
    *,
    line_id: int,
    actor: str,
    role: Actor,
    reason: str,
    now: datetime,
    terms: ClockTerms = DEFAULT_TERMS,
    fields: Mapping[str, object] = NO_FIELDS,
) -> Story:
    """Let a held clock go on; IllegalMoveError when it is not held."""
    line, story = line_and_story(db, line_id)
    if role not in HOLDERS:
        raise IllegalMoveError(guard_words.NOT_HOLDER)
    if not story.is_held:
        raise IllegalMoveError(guard_words.NOT_HELD)
    said = {**fields, "reason": reason.strip()}
    return _tell_clock(
        db, line, story, "released", actor=actor, role=role, said=said, now=now, terms=terms
    )


def _tell_clock(
    db: Connection,
    line: LineRow,
    story: Story,
    type_: str,
    *,
    actor: str,
    role: Actor,
    said: dict[str, object],
    now: datetime,
    terms: ClockTerms,
) -> Story:
    event = cases.append_event(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        actor=actor,
        role=role.value,
        type_=type_,
        payload=said,
        now=now,
    )
    after = step(story, event)
    renew(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        story=after,
        terms=terms,
        now=now,
    )
    return after
