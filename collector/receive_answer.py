"""Takes the factory's answer to a claim that was sent there: the line moves here as it did there.

Each step goes through the same door and the same guards as a person's; one that they refuse is
told in the line's history and left to people. Nothing is taken twice, and a lost answer is made up
by the next, for each tells all.

Whose packs are taken here is no factory for that: a partner decides only what its entry names
(``decides_for``), never what it sent here itself, and no claim that another has answered.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector import action_effects
from collector.act import By, Wish, act
from collector.claims.action_words import SAME_AS_BEFORE
from collector.claims.actions import BY_ID
from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.claims.policy import DEFAULT, Policy
from collector.claims.problem import Both
from collector.notify.claim_step import fields_of
from collector.pack.answer import CORRECTED, TOLD, Answer, AnswerError, Step, read_answer
from collector.review import move_line
from collector.settings import EVERY_MAKER, PartnerEntry
from collector.store import cases, packs, partner_answers, recipients, stories
from collector.store.scope import Role, scope_of

ANSWERED: Final = "partner_answered"
_STATES: Final = {state.value: state for state in TOLD}
_OWN: Final = frozenset({"from", "to", "rule", "reason"})
_EFFECTS: Final = {
    LineState.APPROVED: BY_ID["approve"],
    LineState.FULFILLED: BY_ID["fulfil"],
}
"""Steps that mean something elsewhere too (``action_effects.follow``)."""
NAME_CHARS: Final = 120  # of an actor


class Came(enum.Enum):
    """What came of an answer."""

    TAKEN = "taken"
    KNOWN = "known"  # nothing new in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where the claim is now; ``held_by`` is the first step that was refused here, and why."""

    how: Came
    line_id: int
    state: str
    held_by: Both | None = None


def receive_answer(
    db: Connection,
    content: bytes,
    *,
    partners: Iterable[PartnerEntry],
    own_fingerprint: str,
    now: datetime,
    policy: Policy = DEFAULT,
) -> Result:
    """Take it; AnswerError when it is of nobody we know, or not about a claim that we sent."""
    known = {partner.fingerprint: partner for partner in partners}
    signed = read_answer(content, trusted=known.keys())
    partner, answer = known[signed.signed_by], signed.answer
    owner = _owner(db, answer, partner, own_fingerprint)
    until = partner_answers.taken_until(db, line_id=answer.line, partner=partner.name)
    fresh = [step for step in answer.steps if step.seq > until]
    if not fresh:
        return Result(how=Came.KNOWN, line_id=answer.line, state=_state(db, answer.line))
    held_by = None
    for step in fresh:
        refused = _follow(db, answer.line, step, partner, policy=policy, now=now)
        held_by = held_by or refused
    _note(db, answer, partner, owner, held_by=held_by, now=now)
    partner_answers.take(
        db,
        line_id=answer.line,
        organisation_id=owner,
        partner=partner.name,
        seq=fresh[-1].seq,
        reference=answer.reference,
        state=answer.state,
        now=now,
    )
    return Result(
        how=Came.TAKEN, line_id=answer.line, state=_state(db, answer.line), held_by=held_by
    )


def _owner(db: Connection, answer: Answer, partner: PartnerEntry, own_fingerprint: str) -> str:
    """The organisation of the claim; AnswerError when this partner has no say in it."""
    if not partner.decides_for:
        raise AnswerError(
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
        raise AnswerError(
            f"no claim {answer.number}-{answer.line} was sent to {partner.name} from here."
            " Check [[partners]] and whose answer it is",
            f"此处未向 {partner.name} 发送过索赔 {answer.number}-{answer.line}。"
            "请检查 [[partners]] 及答复的归属",
        )
    return owner


def _is_of(partner: PartnerEntry, maker: str) -> bool:
    wanted = partner.decides_for
    return wanted == EVERY_MAKER or wanted.casefold() == maker.strip().casefold()


def _follow(
    db: Connection,
    line_id: int,
    step: Step,
    partner: PartnerEntry,
    *,
    policy: Policy,
    now: datetime,
) -> Both | None:
    """Do the same here, with all that follows from it: the new serial keeps the rest of the old
    one's warranty here too. None when it is done, or the line stands there already."""
    if step.to == CORRECTED:
        return _correct(db, line_id, step, partner, policy=policy, now=now)
    target, line = _STATES.get(step.to), cases.row_of(db, line_id)
    if target is None or line is None or line.state is target:
        return None
    told = fields_of("moved", step.fields)
    fields = {key: value for key, value in told.items() if key not in _OWN}
    story = stories.story_of(db, line_id)
    actor = _actor(step, partner)
    reason = step.reason or f"{partner.name}: {step.to}"
    try:
        with db.begin_nested():
            after = move_line(
                db,
                line_id=line_id,
                target=target,
                actor=actor,
                role=Actor.ENGINEER,
                reason=reason,
                now=now,
                fields=fields,
                terms=policy.clocks,
            )
            if (action := _EFFECTS.get(target)) is not None:
                action_effects.follow(
                    db,
                    line,
                    story,
                    action,
                    {**fields, "origin": after.origin},
                    reason=reason,
                    by=actor,
                    policy=policy,
                    now=now,
                )
    except IllegalMoveError as error:
        return Both(error.line("en"), error.line("zh"))
    return None


def _correct(
    db: Connection,
    line_id: int,
    step: Step,
    partner: PartnerEntry,
    *,
    policy: Policy,
    now: datetime,
) -> Both | None:
    """Correct it here too, by the same checks; whether the unit can have been sent the factory has
    looked itself. None when it is done, or stands so already."""
    line = cases.row_of(db, line_id)
    if line is None:
        return None
    scope = scope_of(db, organisation_id=line.organisation_id, role=Role.FACTORY_ENGINEER)
    told = {"field": step.fields.get("field"), "new": step.fields.get("new"), "anyway": "yes"}
    wish = Wish(action="correct", reason=step.reason or partner.name, fields=told)
    try:
        with db.begin_nested():
            by = By(name=_actor(step, partner), scope=scope)
            act(db, line_id, wish, by=by, policy=policy, now=now)
    except IllegalMoveError as error:
        if error.refusal.code == SAME_AS_BEFORE:
            return None
        return Both(error.line("en"), error.line("zh"))
    return None


def _actor(step: Step, partner: PartnerEntry) -> str:
    return f"{step.actor} ({partner.name})"[:NAME_CHARS]


def _note(
    db: Connection,
    answer: Answer,
    partner: PartnerEntry,
    owner: str,
    *,
    held_by: Both | None,
    now: datetime,
) -> None:
    said = f"{partner.name}: {answer.reference}, {answer.state}"
    cases.append_event(
        db,
        line_id=answer.line,
        organisation_id=owner,
        actor=partner.name,
        role=Actor.ENGINEER.value,
        type_=ANSWERED,
        payload={
            "partner": partner.name,
            "number": answer.reference,
            "their_state": answer.state,
            "reason": f"{said}; {held_by.en} / {held_by.zh}" if held_by else said,
        },
        now=now,
    )


def _state(db: Connection, line_id: int) -> str:
    found = cases.state_of(db, line_id)
    return found[0].value if found else LineState.DRAFT.value
