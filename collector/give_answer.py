"""Answers to the senders of packs: what the factory did with their claim, signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.claims.lifecycle import LineState
from collector.claims.story import LogEvent, fold
from collector.notify.claim_step import fields_of
from collector.outlets.settings import PARTNER
from collector.pack.answer import CORRECTED, TOLD, Answer, Step, write_answer
from collector.pack.claim import Maker
from collector.pack.room import PackRoom
from collector.settings import PartnerEntry
from collector.store import partner_answers, stories
from collector.store.partner_answers import Moved, Sent

_TOLD = frozenset({CORRECTED, *(state.value for state in TOLD)})
_OWN = frozenset({"from", "to", "rule", "reason"})


def answers_to(
    db: Connection,
    line_id: int,
    *,
    partners: Iterable[PartnerEntry],
    made_by: Maker,
    key: Ed25519PrivateKey,
    now: datetime,
) -> tuple[tuple[PartnerEntry, bytes], ...]:
    """One signed answer for each partner whose pack became this line; none before a step."""
    by_name = {partner.name: partner for partner in partners}
    steps = _steps(db, line_id)
    if not steps:
        return ()
    return tuple(
        (partner, write_answer(_answer(db, one, partner, steps, made_by=made_by, now=now), key))
        for one in partner_answers.sent_by(db, line_id)
        if (partner := by_name.get(one.partner)) is not None
    )


def _answer(
    db: Connection,
    one: Sent,
    partner: PartnerEntry,
    steps: tuple[Step, ...],
    *,
    made_by: Maker,
    now: datetime,
) -> Answer:
    reference, state = partner_answers.reference_of(db, one.line_id)
    return Answer(
        number=one.their_number,
        line=one.their_line,
        to=partner.fingerprint,
        made_by=made_by,
        reference=reference,
        state=state,
        as_of=now,
        steps=steps,
    )


def _steps(db: Connection, line_id: int) -> tuple[Step, ...]:
    """An approval says its origin and RMA number also where they were decided before it, and the
    step after an offer its path: an offer is no step, and without its path none can be followed."""
    log = stories.log_of(db, line_id)
    story = fold(log)
    before = {"origin": story.origin, "rma_number": story.rma_number}
    offered = _offered(log)
    return tuple(
        _step(one, {key: said for key, said in before.items() if said}, offered.get(one.seq, ""))
        for one in partner_answers.moves_of(db, line_id)
        if _to(one) in _TOLD
    )


def _offered(log: Iterable[LogEvent]) -> dict[int, str]:
    """The path that was offered since the step before, by the step that tells it."""
    found, path = {}, ""
    for event in log:
        said = event.payload.get("path")
        if event.type == "path_offered" and isinstance(said, str):
            path = said
        elif event.type == "moved" and path:
            found[event.seq], path = path, ""
    return found


def _step(one: Moved, before: dict[str, object], offered: str) -> Step:
    to = _to(one)
    said = fields_of(one.type, one.payload)
    fields = {key: value for key, value in said.items() if key not in _OWN}
    fields = {"path": offered, **fields} if offered else fields
    return Step(
        seq=one.seq,
        at=one.at,
        actor=one.actor,
        to=to,
        reason=str(one.payload.get("reason", "")),
        fields={**before, **fields} if to == LineState.APPROVED.value else fields,
    )


def _to(one: Moved) -> str:
    return CORRECTED if one.type == CORRECTED else str(one.payload.get("to"))


def signer(room: PackRoom) -> Callable[[Connection, int, str, datetime], bytes | None]:
    """What the postman signs answers with: the line's, for the partner whose channel it is."""

    def sign(db: Connection, line_id: int, channel: str, now: datetime) -> bytes | None:
        found = answers_to(
            db,
            line_id,
            partners=[one for one in room.partners if f"{PARTNER}{one.name}" == channel],
            made_by=room.desk.made_by,
            key=room.key,
            now=now,
        )
        return found[0][1] if found else None

    return sign
