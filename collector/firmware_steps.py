"""The one door by which a firmware case goes on: the table, its guard, the log, the columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import DEFAULT_TERMS, ClockTerms
from collector.claims.firmware_case import CaseStory, Field, fields_of, step
from collector.claims.firmware_guard import NO_CASE, Asked, check
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.claims.snapshot import calendar_name, take_snapshots
from collector.factory_calendar import calendar_of
from collector.store import firmware_cases, firmware_clocks
from collector.store.firmware_cases import CaseRow
from collector.tell_firmware import tell_step

COLLECTOR = "collector"
NO_MARK: Final[Mapping[str, str]] = MappingProxyType({})


def act(
    db: Connection,
    *,
    case_id: int,
    action: str,
    actor: str,
    role: Actor,
    reason: str,
    now: datetime,
    fields: Mapping[str, object] | None = None,
    terms: ClockTerms = DEFAULT_TERMS,
    is_verified: bool = False,
    mark: Mapping[str, str] = NO_MARK,
) -> CaseStory:
    """Do one of ``claims.firmware_case.ACTIONS``; the story of the case afterwards.

    ``fields`` are those of the action, by ``claims.firmware_case.Field`` value; ``mark`` goes into
    the event beside them (``request_mark``). IllegalMoveError when the table or a guard forbids
    it. The caller has checked that the case is within the actor's scope.
    """
    row = firmware_cases.row_of(db, case_id)
    if row is None:
        raise IllegalMoveError(NO_CASE)
    story = firmware_cases.story_of(db, case_id)
    asked = Asked(
        action=action,
        actor=role,
        reason=reason,
        fields=fields or {},
        story=story,
        camera_firmware=row.camera_firmware,
        recorder_firmware=row.recorder_firmware,
        now=now,
        terms=terms,
        is_verified=is_verified,
    )
    allowed = check(asked)
    taken = {field.value for field in fields_of(allowed, story)}
    payload: dict[str, object] = {
        **{key: value for key, value in asked.fields.items() if key in taken},
        "action": action,
        "reason": reason.strip(),
        **mark,
    }
    if allowed.target is not None:
        payload |= {"from": story.state.value, "to": allowed.target.value}
    if Field.MISSING.value in payload:
        payload[Field.MISSING.value] = [asked.text(Field.MISSING)]
    return tell(
        db, row, story, allowed.event, actor=actor, role=role, payload=payload, terms=terms, now=now
    )


def tell(
    db: Connection,
    row: CaseRow,
    story: CaseStory,
    type_: str,
    *,
    actor: str = COLLECTOR,
    role: Actor = Actor.SYSTEM,
    payload: dict[str, object],
    terms: ClockTerms = DEFAULT_TERMS,
    now: datetime,
) -> CaseStory:
    """Append an event, and write what the log says then."""
    event = firmware_cases.append_event(
        db,
        case_id=row.id,
        organisation_id=row.organisation_id,
        actor=actor,
        role=role.value,
        type_=type_,
        payload=payload,
        now=now,
    )
    after = step(story, event)
    firmware_cases.project(db, row.id, after)
    renew(db, row.id, after, terms=terms, now=now)
    tell_step(db, row, after, event)
    return after


def renew(
    db: Connection, case_id: int, story: CaseStory, *, terms: ClockTerms, now: datetime
) -> None:
    """Write when the first clock is due, and when people are told of one next."""
    days = calendar_of(terms)
    snapshots = take_snapshots(story.line, terms=terms, days=days, now=now)
    firmware_clocks.keep(
        db,
        case_id,
        due_at=min((one.due_at for one in snapshots if one.runs), default=None),
        next_at=min(
            (at for one in snapshots for _, at in one.marks if at > now),
            default=None,
        ),
        calendar=calendar_name(terms, days) if snapshots else "",
        now=now,
    )
