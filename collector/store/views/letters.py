"""Messages as people see them: to whom, by which way, what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, cast, func, or_, select

from collector.store.scope import Scope
from collector.store.tables import claim_recipient, letter, letter_item, notice, person
from collector.store.views.words import Words

FAILED = ("refused", "given_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """One message; ``why`` is what the far end said last."""

    id: int
    recipient: str  # a person's name, an account manager's, or a webhook's
    channel: str
    kind: str  # now | gathered | test | code | pack
    state: str  # waiting | sent | refused | given_up
    why: str
    attempts: int
    made_at: datetime
    due_at: datetime
    ended_at: datetime | None
    title: Words  # of the first thing that it tells; empty when it tells none
    things: int


def list_letters(
    db: Connection,
    scope: Scope,
    *,
    person_id: int | None = None,
    only: str = "",
    before: int = 0,
    limit: int = 100,
) -> tuple[LetterRow, ...]:
    """Messages to recipients of the slice, newest first; ``only`` failed, waiting or sent."""
    query = _query().where(scope.covers(letter.c.organisation_id))
    if person_id is not None:
        query = query.where(letter.c.person_id == person_id)
    match only:
        case "failed":
            failing = (letter.c.state == "waiting") & (letter.c.attempts > 0)
            query = query.where(or_(letter.c.state.in_(FAILED), failing))
        case "waiting" | "sent":
            query = query.where(letter.c.state == only)
        case _:
            pass
    if before:
        query = query.where(letter.c.id < before)
    rows = db.execute(query.order_by(letter.c.id.desc()).limit(limit))
    return tuple(_row(row) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """A mail with a claim to an account manager of its maker."""

    recipient: str
    state: str  # waiting | sent | refused | given_up
    why: str
    attempts: int
    made_at: datetime
    due_at: datetime
    ended_at: datetime | None


def mailed_of(db: Connection, line_id: int) -> tuple[Mailed, ...]:
    """The mails with a claim, oldest first; whoever may see the claim may see that it was sent."""
    rows = db.execute(
        select(letter, claim_recipient.c.name)
        .select_from(notice)
        .join(letter_item, letter_item.c.notice_id == notice.c.id)
        .join(letter, letter.c.id == letter_item.c.letter_id)
        .outerjoin(claim_recipient, _is_to_manager())
        .where(notice.c.thing == "claim", notice.c.thing_id == line_id, letter.c.kind == "pack")
        .order_by(letter.c.id)
    )
    return tuple(
        Mailed(
            recipient=row.name or row.recipient.partition(":")[2],
            state=row.state,
            why=row.why,
            attempts=row.attempts,
            made_at=row.made_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
        )
        for row in rows
    )


def _is_to_manager() -> ColumnElement[bool]:
    return letter.c.recipient == "manager:" + cast(claim_recipient.c.id, String)


def count_failed(db: Connection, scope: Scope, *, since: datetime) -> int:
    """How many messages of the slice reached nobody since then."""
    return int(
        db.execute(
            select(func.count())
            .select_from(letter)
            .where(
                scope.covers(letter.c.organisation_id),
                letter.c.state.in_(FAILED),
                letter.c.ended_at >= since,
            )
        ).scalar_one()
    )


def held_for(db: Connection, *, recipient: str) -> tuple[int, datetime | None]:
    """How many things wait for the next digest, and when the first of them leaves."""
    things = func.count(func.distinct(letter_item.c.notice_id))
    row = db.execute(
        select(things, func.min(letter_item.c.held_until)).where(
            letter_item.c.recipient == recipient, letter_item.c.letter_id.is_(None)
        )
    ).one()
    return int(row[0]), row[1]


def _query() -> Select[Any]:
    first = (
        select(letter_item.c.letter_id, func.min(letter_item.c.notice_id).label("notice_id"))
        .add_columns(func.count().label("things"))
        .group_by(letter_item.c.letter_id)
        .subquery()
    )
    return (
        select(
            letter,
            person.c.name.label("person_name"),
            claim_recipient.c.name.label("manager_name"),
            notice.c.title_en,
            notice.c.title_zh,
            func.coalesce(first.c.things, 0).label("things"),
        )
        .outerjoin(person, person.c.id == letter.c.person_id)
        .outerjoin(claim_recipient, _is_to_manager())
        .outerjoin(first, first.c.letter_id == letter.c.id)
        .outerjoin(notice, notice.c.id == first.c.notice_id)
    )


def _row(row: Row[Any]) -> LetterRow:
    return LetterRow(
        id=row.id,
        recipient=row.person_name or row.manager_name or row.recipient.partition(":")[2],
        channel=row.channel,
        kind=row.kind,
        state=row.state,
        why=row.why,
        attempts=row.attempts,
        made_at=row.made_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        title=Words(en=row.title_en or "", zh=row.title_zh or ""),
        things=row.things,
    )
