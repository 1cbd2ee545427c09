"""The one door through which a claim line moves: the table, its guard, the log, the columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector import line_items
from collector.claims import guard_words, guards
from collector.claims.clock_terms import DEFAULT_TERMS, ClockTerms
from collector.claims.guards import GuardFacts
from collector.claims.lifecycle import Actor, Guard, LineState, Move, check
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import LogEvent, Story, step
from collector.claims.warranty import WarrantyVerdict, at_submission
from collector.renew_clocks import renew
from collector.store import cases, profiles, stories, unsubmitted
from collector.store.cases import LineRow
from collector.unit_warranty import tell_warranty

NEEDS_PROOF: Final = frozenset({LineState.READY, LineState.SUBMITTED})
MOVED: Final = "moved"
NO_FIELDS: Final[Mapping[str, object]] = MappingProxyType({})
_LOOKS_AT_ITEMS: Final = frozenset({Guard.COMPLETE, Guard.AUTO_SUBMIT})
_OWN_KEYS: Final = frozenset({"from", "to", "rule", "reason"})


class UnprovenError(IllegalMoveError):
    """Nothing but readings of an unproven firmware profile carries the line."""


def move_line(
    db: Connection,
    *,
    line_id: int,
    target: LineState,
    actor: str,
    role: Actor,
    reason: str,
    now: datetime,
    fields: Mapping[str, object] = NO_FIELDS,
    terms: ClockTerms = DEFAULT_TERMS,
) -> Story:
    """Move a line, with the fields of the action; the story of the line afterwards.

    ``fields`` go into the event as they are: path, origin, rma_number, missing (names of items),
    brought, reason_code, bench, scanned_serial, new_serial, tracking, carrier, credit_note,
    firmware_version, into, ship_to, counter, verified_by_probe. ValueError for a key of the
    event itself.

    IllegalMoveError when the table or the guard of the step forbids it, or somebody was faster.
    UnprovenError when it would be ready or submitted while no finding carries it: nobody may, and
    no policy lets it; only an engineer's confirmation does (``confirm``).

    The caller has checked that the line, and the one it is merged into, are within the actor's
    scope.
    """
    if taken := _OWN_KEYS & fields.keys():
        raise ValueError(f"fields of the event itself: {', '.join(sorted(taken))}")
    line, story = line_and_story(db, line_id)
    move = check(source=line.state, target=target, actor=role, reason=reason)
    if target in NEEDS_PROOF and profiles.is_unproven(db, line_id):
        raise UnprovenError(guard_words.UNPROVEN)
    guards.ask(
        _facts(
            db, line, move, role, reason=reason, story=story, fields=fields, now=now, terms=terms
        )
    )
    payload = {
        **fields,
        "from": line.state.value,
        "to": target.value,
        "rule": move.number,
        "reason": reason.strip(),
    }
    told = LogEvent(
        seq=story.last_seq + 1, at=now, actor=actor, role=role.value, type=MOVED, payload=payload
    )
    closed_at = step(story, told).closed_at
    if target is LineState.SUBMITTED:
        _judge_at_submission(db, line, terms=terms, now=now)
    if not cases.set_state(
        db, line_id=line_id, source=line.state, target=target, closed_at=closed_at
    ):
        raise IllegalMoveError(guard_words.RACE)
    event = cases.append_event(
        db,
        line_id=line_id,
        organisation_id=line.organisation_id,
        actor=actor,
        role=role.value,
        type_=MOVED,
        payload=payload,
        now=now,
    )
    after = step(story, event)
    renew(
        db,
        line_id=line_id,
        organisation_id=line.organisation_id,
        story=after,
        terms=terms,
        now=now,
    )
    return after


def line_and_story(db: Connection, line_id: int) -> tuple[LineRow, Story]:
    """The line, kept from others until the transaction ends, and what its log says;
    IllegalMoveError when there is none."""
    profiles.hold(db, line_id)
    line = cases.row_of(db, line_id)
    if line is None:
        raise IllegalMoveError(guard_words.NO_LINE)
    return line, stories.story_of(db, line_id)


def _judge_at_submission(
    db: Connection, line: LineRow, *, terms: ClockTerms, now: datetime
) -> None:
    """A fault seen within the warranty and submitted after it: the verdict says so from now on."""
    found = WarrantyVerdict(line.warranty_verdict)
    judged = at_submission(found, line.warranty_until, today=_today(terms, now))
    if judged is not None and unsubmitted.set_warranty(db, line_id=line.id, judged=judged):
        tell_warranty(db, line.id, line.organisation_id, judged, now=now)


def _today(terms: ClockTerms, now: datetime) -> date:
    return now.astimezone(ZoneInfo(terms.zone)).date()


def _facts(
    db: Connection,
    line: LineRow,
    move: Move,
    role: Actor,
    *,
    reason: str,
    story: Story,
    fields: Mapping[str, object],
    now: datetime,
    terms: ClockTerms,
) -> GuardFacts:
    into = fields.get("into")
    wants_other = move.guard is Guard.SAME_KEY and isinstance(into, int)
    twin = cases.open_line_of(db, line.serial_key) if line.is_closed else None
    return GuardFacts(
        move=move,
        actor=role,
        reason=reason,
        story=story,
        now=now,
        line_id=line.id,
        organisation_id=line.organisation_id,
        label_serial=line.label_serial,
        position_id=line.position_id,
        warranty_verdict=line.warranty_verdict,
        warranty_until=line.warranty_until,
        today=_today(terms, now),
        missing=line_items.missing_of(db, line.id) if move.guard in _LOOKS_AT_ITEMS else (),
        fields=fields,
        other=cases.other_line(db, into) if wants_other and isinstance(into, int) else None,
        has_open_twin=twin is not None and twin != line.id,
        terms=terms,
    )
