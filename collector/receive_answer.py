"""Takes the factory's answer to a claim that was sent there: the line moves here as it did there.

Each step goes through the same door and the same guards as a person's; one that they refuse is
told in the line's history and left to people. Nothing is taken twice, and a lost answer is made up
by the next, for each tells all.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import DEFAULT_TERMS, ClockTerms
from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.claims.problem import Both
from collector.notify.claim_step import fields_of
from collector.pack.answer import TOLD, Answer, AnswerError, Step, read_answer
from collector.review import move_line
from collector.settings import PartnerEntry
from collector.store import cases, packs, partner_answers
from collector.store.scope import Role, scope_of

ANSWERED: Final = "partner_answered"
_STATES: Final = {state.value: state for state in TOLD}
_OWN: Final = frozenset({"from", "to", "rule", "reason"})
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
    terms: ClockTerms = DEFAULT_TERMS,
) -> Result:
    """Take it; AnswerError when it is of nobody we know, or not about a claim that we sent."""
    known = {partner.fingerprint: partner for partner in partners}
    signed = read_answer(content, trusted=known.keys())
    partner, answer = known[signed.signed_by], signed.answer
    owner = partner_answers.find_line(db, number=answer.number, line=answer.line)
    scope = scope_of(db, organisation_id=partner.organisation_id, role=Role.INTEGRATOR)
    was_sent = owner is not None and packs.newest(db, answer.line) is not None
    if answer.to != own_fingerprint or owner not in scope.organisation_ids or not was_sent:
        raise AnswerError(
            f"no claim {answer.number}-{answer.line} was sent to {partner.name} from here."
            " Check [[partners]] and whose answer it is",
            f"此处未向 {partner.name} 发送过索赔 {answer.number}-{answer.line}。"
            "请检查 [[partners]] 及答复的归属",
        )
    until = partner_answers.taken_until(db, line_id=answer.line, partner=partner.name)
    fresh = [step for step in answer.steps if step.seq > until]
    if not fresh:
        return Result(how=Came.KNOWN, line_id=answer.line, state=_state(db, answer.line))
    held_by = None
    for step in fresh:
        refused = _follow(db, answer.line, step, partner, terms=terms, now=now)
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


def _follow(
    db: Connection,
    line_id: int,
    step: Step,
    partner: PartnerEntry,
    *,
    terms: ClockTerms,
    now: datetime,
) -> Both | None:
    """Do the same here; None when it is done, or the line stands there already."""
    target = _STATES.get(step.to)
    if target is None or _state(db, line_id) == step.to:
        return None
    told = fields_of("moved", step.fields)
    fields = {key: value for key, value in told.items() if key not in _OWN}
    try:
        with db.begin_nested():
            move_line(
                db,
                line_id=line_id,
                target=target,
                actor=f"{step.actor} ({partner.name})"[:NAME_CHARS],
                role=Actor.ENGINEER,
                reason=step.reason or f"{partner.name}: {step.to}",
                now=now,
                fields=fields,
                terms=terms,
            )
    except IllegalMoveError as error:
        return Both(error.line("en"), error.line("zh"))
    return None


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
