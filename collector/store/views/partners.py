"""What partners' collectors told of a pre-claim, what waits, and how words to them fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.outlets.settings import FACTORY, PARTNER
from collector.store import partner_answers, partner_steps
from collector.store.partner_steps import KeptStep, Record, StepState, Way
from collector.store.tables import letter, letter_item, notice, pack_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWord:
    """The last letter to a partner's collector about the line."""

    state: str  # waiting | sent | refused | given_up
    why: str
    attempts: int
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPartner:
    """One partner and what passed between it and us."""

    name: str
    is_factory: bool  # it decides the claim; else the claim came from there
    number: str  # the partner's own, '' before it told one
    state: str  # there, '' where nobody told
    record: Record | None
    steps: tuple[KeptStep, ...]  # those that were not taken
    sent: SentWord | None

    @property
    def differs(self) -> bool:
        """It denies what it told before, and nobody has agreed yet."""
        return self.record is not None and self.record.differs_at is not None


def joined(db: Connection, line_id: int) -> tuple[JoinedPartner, ...]:
    """The factory that has answered the line, and those whose packs it came from."""
    answered = db.execute(
        select(pack_answer).where(pack_answer.c.line_id == line_id).order_by(pack_answer.c.id)
    )
    factories = (
        _partner(db, line_id, row.partner, Way.ANSWER, number=row.reference, state=row.state)
        for row in answered.all()
    )
    senders = (
        _partner(
            db,
            one.line_id,
            one.partner,
            Way.REPLY,
            number=f"{one.their_number}-{one.their_line}",
        )
        for one in partner_answers.sent_by(db, line_id)
    )
    return (*factories, *senders)


def _partner(
    db: Connection, line_id: int, name: str, way: Way, *, number: str, state: str = ""
) -> JoinedPartner:
    is_factory = way is Way.ANSWER
    steps = partner_steps.steps_of(db, line_id=line_id, partner=name, way=way)
    return JoinedPartner(
        name=name,
        is_factory=is_factory,
        number=number,
        state=state,
        record=partner_steps.find(db, line_id=line_id, partner=name, way=way),
        steps=tuple(one for one in steps if one.state is not StepState.DONE),
        sent=_sent(db, line_id, f"{FACTORY if is_factory else PARTNER}{name}"),
    )


def _sent(db: Connection, line_id: int, channel: str) -> SentWord | None:
    into = partner_answers.goes_on_as(db, line_id)
    last = (
        select(func.max(letter_item.c.letter_id))
        .select_from(notice)
        .join(letter_item, letter_item.c.notice_id == notice.c.id)
        .where(
            notice.c.thing == "claim",
            notice.c.thing_id.in_([one for one in (line_id, into) if one is not None]),
            letter_item.c.channel == channel,
        )
        .scalar_subquery()
    )
    row = db.execute(select(letter).where(letter.c.id == last)).one_or_none()
    if row is None:
        return None
    return SentWord(
        state=row.state,
        why=row.why,
        attempts=row.attempts,
        due_at=row.due_at,
        at=row.ended_at or row.made_at,
    )
