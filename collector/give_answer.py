"""Answers to the senders of packs: what the factory did with their claim, signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.claims.lifecycle import LineState
from collector.claims.story import SAID_AT, LogEvent, fold
from collector.notify.claim_step import fields_of
from collector.pack.answer import NAMES, OFFERED, Answer, Step, write_answer
from collector.pack.claim import Maker
from collector.settings import PartnerEntry
from collector.store import partner_answers, stories
from collector.store.partner_answers import Moved, Sent

_OWN = frozenset({"from", "to", "rule", "reason", SAID_AT})


def answers_to(
    db: Connection,
    line_id: int,
    *,
    partners: Iterable[PartnerEntry],
    made_by: Maker,
    key: Ed25519PrivateKey,
    now: datetime,
) -> tuple[tuple[PartnerEntry, bytes], ...]:
    """One signed answer for each partner whose pack became this line; none before a step.

    SignedJsonError when one is longer than its partner would take.
    """
    by_name = {partner.name: partner for partner in partners}
    found = []
    for one in partner_answers.sent_by(db, line_id):
        partner = by_name.get(one.partner)
        told = _told(db, one)
        if partner is not None and told.steps:
            answer = _answer(db, one, partner, told, made_by=made_by, now=now)
            found.append((partner, write_answer(answer, key)))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one partner is told, and the line that its claim goes on as."""

    line_id: int
    steps: tuple[Step, ...]


def _answer(
    db: Connection,
    one: Sent,
    partner: PartnerEntry,
    told: _Told,
    *,
    made_by: Maker,
    now: datetime,
) -> Answer:
    reference, state = partner_answers.reference_of(db, told.line_id)
    return Answer(
        number=one.their_number,
        line=one.their_line,
        to=partner.fingerprint,
        made_by=made_by,
        reference=reference,
        state=state,
        as_of=now,
        steps=told.steps,
    )


def _told(db: Connection, one: Sent) -> _Told:
    """The steps of its line; once that was merged into one that the partner did not send, also
    what brought that one beyond the place of this, and what is done there from then on."""
    line_id, seen = one.line_id, {one.line_id}
    steps = _steps(db, line_id, one.partner)
    while (into := partner_answers.goes_on_as(db, line_id)) is not None and into not in seen:
        if partner_answers.sent_as(db, line_id=into, partner=one.partner) is not None:
            break
        steps += _beyond(db, into, one.partner, _state_before_merge(db, line_id))
        seen.add(into)
        line_id = into
    return _Told(line_id=line_id, steps=steps)


def _state_before_merge(db: Connection, line_id: int) -> str:
    moves = [move for move in partner_answers.moves_of(db, line_id) if move.type == "moved"]
    return str(moves[-1].payload.get("from", "")) if moves else ""


def _beyond(db: Connection, line_id: int, partner: str, state: str) -> tuple[Step, ...]:
    """The steps after the last move to this state; all where it never stood so."""
    moves = partner_answers.moves_of(db, line_id)
    last = max((move.seq for move in moves if _to(move) == state), default=0)
    return tuple(step for step in _steps(db, line_id, partner) if step.seq > last)


def _steps(db: Connection, line_id: int, partner: str) -> tuple[Step, ...]:
    """An approval says its origin and RMA number also where they were decided before it, and the
    step after an offer its path, for receivers that know no offers."""
    log = stories.log_of(db, line_id)
    story = fold(log)
    before = {"origin": story.origin, "rma_number": story.rma_number}
    offered = _offered(log)
    return tuple(
        _step(db, one, partner, before, offered.get(one.seq, ""))
        for one in partner_answers.moves_of(db, line_id)
        if one.is_ours and _to(one) in NAMES
    )


def _offered(log: Iterable[LogEvent]) -> dict[int, str]:
    """The path that was offered since the step before, by the step that tells it."""
    found, path = {}, ""
    for event in log:
        said = event.payload.get("path")
        if event.type == OFFERED and isinstance(said, str):
            path = said
        elif event.type == "moved" and path:
            found[event.seq], path = path, ""
    return found


def _step(
    db: Connection, one: Moved, partner: str, before: Mapping[str, str], offered: str
) -> Step:
    to = _to(one)
    said = fields_of(one.type, one.payload)
    fields = {key: value for key, value in said.items() if key not in _OWN}
    fields = {"path": offered, **fields} if offered else fields
    if to == LineState.APPROVED.value:
        fields = {**{key: said for key, said in before.items() if said}, **fields}
    if to == LineState.MERGED.value:
        fields = _merged(db, one, partner)
    return Step(
        seq=one.seq,
        id=one.hash,
        at=one.at,
        actor=one.actor,
        to=to,
        reason=str(one.payload.get("reason", "")),
        fields=fields,
    )


def _merged(db: Connection, one: Moved, partner: str) -> dict[str, object]:
    """Into what: our number, and the partner's own where it sent that one too."""
    into = one.payload.get("into")
    if not isinstance(into, int):
        return {}
    theirs = partner_answers.sent_as(db, line_id=into, partner=partner)
    told: dict[str, object] = {"into": partner_answers.reference_of(db, into)[0]}
    return told if theirs is None else {**told, "number": theirs[0], "line": theirs[1]}


def _to(one: Moved) -> str:
    return one.type if one.type != "moved" else str(one.payload.get("to"))
