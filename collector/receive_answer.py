"""Takes the factory's answer to a claim that was sent there: the line moves here as it did there.

Each step goes through the same door and the same guards as a person's; one that they refuse is
kept with the reason, shown to people, and tried again when the line has gone on (``keep_steps``).
Nothing is taken twice, and a lost answer is made up by the next, for each tells all.

Whose packs are taken here is no factory for that: a partner decides only what its entry names
(``decides_for``), never what it sent here itself, and no claim that another has answered.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector import follow_answer, keep_steps
from collector.claims import partner_words
from collector.claims.lifecycle import Actor
from collector.claims.partner_words import ANSWERED, DENIED
from collector.claims.policy import DEFAULT, Policy
from collector.claims.problem import Both
from collector.keep_steps import Kept
from collector.pack.answer import Answer, read_answer
from collector.pack.signed_json import SignedJsonError
from collector.settings import EVERY_MAKER, PartnerEntry
from collector.store import cases, packs, partner_answers, partner_steps, recipients
from collector.store.partner_steps import Record, Way
from collector.store.scope import Role, scope_of


class Came(enum.Enum):
    """What came of a document."""

    TAKEN = "taken"
    KNOWN = "known"  # nothing new in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where the claim is now; ``held_by`` is the first step that was refused here, and why;
    ``differs``: the partner denies what it told before."""

    how: Came
    line_id: int
    state: str
    held_by: Both | None = None
    differs: Both | None = None


def receive_answer(
    db: Connection,
    content: bytes,
    *,
    partners: Iterable[PartnerEntry],
    own_fingerprint: str,
    now: datetime,
    policy: Policy = DEFAULT,
) -> Result:
    """Take it; SignedJsonError when it is of nobody we know, or not about a claim that we sent."""
    known = {partner.fingerprint: partner for partner in partners}
    opened = read_answer(content, trusted=known.keys())
    partner, answer = known[opened.signed_by], opened.document
    owner = _owner(db, answer, partner, own_fingerprint)
    until = partner_answers.taken_until(db, line_id=answer.line, partner=partner.name)
    kept = keep_steps.keep(
        db,
        [follow_answer.told_of(step) for step in answer.steps],
        line_id=answer.line,
        organisation_id=owner,
        partner=partner.name,
        way=Way.ANSWER,
        as_of=answer.as_of,
        taken_until=until,
        now=now,
    )
    if not kept.fresh and kept.differs is None:
        return Result(how=Came.KNOWN, line_id=answer.line, state=cases.state_name(db, answer.line))
    held_by = go_on(db, kept.record, policy=policy, now=now)
    _note(db, answer, kept, held_by=held_by, now=now)
    partner_steps.note_tried(db, kept.record)
    partner_answers.take(
        db,
        line_id=answer.line,
        organisation_id=owner,
        partner=partner.name,
        seq=max((until, *(step.seq for step in answer.steps))),
        reference=answer.reference,
        state=answer.state,
        now=now,
    )
    return Result(
        how=Came.TAKEN,
        line_id=answer.line,
        state=cases.state_name(db, answer.line),
        held_by=held_by,
        differs=kept.differs,
    )


def go_on(db: Connection, record: Record, *, policy: Policy, now: datetime) -> Both | None:
    """Follow what waits of the factory's steps; the first reason why one is not followed."""
    return keep_steps.go_on(
        db,
        record,
        order=follow_answer.ORDER,
        do=lambda told: follow_answer.follow(db, record, told, policy=policy, now=now),
    )


def _owner(db: Connection, answer: Answer, partner: PartnerEntry, own_fingerprint: str) -> str:
    """The organisation of the claim; SignedJsonError when this partner has no say in it."""
    if not partner.decides_for:
        raise SignedJsonError(
            f"{partner.name} decides no claims of this collector; nothing was changed. If it is the"
            ' factory, write decides_for = "MAKER" (or "*") into its [[partners]]',
            f"{partner.name} 无权裁定本采集端的索赔，未作任何更改。若其为工厂，"
            '请在其 [[partners]] 中写入 decides_for = "制造商"（或 "*"）',
        )
    owner = partner_answers.find_line(db, number=answer.number, line=answer.line)
    scope = scope_of(db, organisation_id=partner.organisation_id, role=Role.INTEGRATOR)
    was_sent = owner is not None and packs.newest(db, answer.line) is not None
    if (
        owner is None
        or not was_sent
        or answer.to != own_fingerprint
        or owner not in scope.organisation_ids
        or not _is_of(partner, recipients.parties(db, answer.line)[0])
        or partner_answers.is_others(db, line_id=answer.line, partner=partner.name)
    ):
        raise SignedJsonError(
            f"no claim {answer.number}-{answer.line} was sent to {partner.name} from here."
            " Check [[partners]] and whose answer it is",
            f"此处未向 {partner.name} 发送过索赔 {answer.number}-{answer.line}。"
            "请检查 [[partners]] 及答复的归属",
        )
    return owner


def _is_of(partner: PartnerEntry, maker: str) -> bool:
    wanted = partner.decides_for
    return wanted == EVERY_MAKER or wanted.casefold() == maker.strip().casefold()


def _note(
    db: Connection,
    answer: Answer,
    kept: Kept,
    *,
    held_by: Both | None,
    now: datetime,
) -> None:
    """The answer in the line's history, with what was not followed or is denied."""
    record = kept.record
    cases.append_event(
        db,
        line_id=answer.line,
        organisation_id=record.organisation_id,
        actor=record.partner,
        role=Actor.ENGINEER.value,
        type_=DENIED if kept.differs else ANSWERED,
        payload={
            "partner": record.partner,
            "number": answer.reference,
            "their_state": answer.state,
            "reason": f"{record.partner}: {answer.reference}, {answer.state}",
            **partner_words.told(kept.differs, held_by),
        },
        now=now,
    )
