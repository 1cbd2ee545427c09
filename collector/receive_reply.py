"""Takes what the buyer of a partner's claim says to our decisions: path, address, and the rest.

A partner speaks for the buyer of the claims that it sent here, as its entry's organisation, and
through the checks of that buyer's own pages: it decides nothing. Each word is taken once, in its
order; one that cannot be taken is kept with the reason, shown, and tried again (``keep_steps``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from collector import follow_reply, keep_steps
from collector.claims import partner_words
from collector.claims.lifecycle import Actor
from collector.claims.partner_words import DENIED, REPLIED
from collector.claims.policy import DEFAULT, Policy
from collector.claims.problem import Both
from collector.keep_steps import Kept
from collector.pack.reply import Reply, read_reply
from collector.pack.signed_json import SignedJsonError
from collector.receive_answer import Came, Result
from collector.settings import PartnerEntry
from collector.store import cases, packs, partner_answers, partner_steps
from collector.store.partner_steps import Record, Way


def receive_reply(
    db: Connection,
    content: bytes,
    *,
    partners: Iterable[PartnerEntry],
    own_fingerprint: str,
    now: datetime,
    policy: Policy = DEFAULT,
) -> Result:
    """Take it; SignedJsonError when it is of nobody we know, or about no claim that came from
    there."""
    known = {partner.fingerprint: partner for partner in partners}
    opened = read_reply(content, trusted=known.keys())
    partner, reply = known[opened.signed_by], opened.document
    line_id, owner = _line_of(db, reply, partner, own_fingerprint)
    kept = keep_steps.keep(
        db,
        [follow_reply.told_of(word) for word in reply.words],
        line_id=line_id,
        organisation_id=owner,
        partner=partner.name,
        way=Way.REPLY,
        as_of=reply.as_of,
        now=now,
    )
    if not kept.fresh and kept.differs is None:
        return Result(how=Came.KNOWN, line_id=line_id, state=cases.state_name(db, line_id))
    held_by = go_on(db, kept.record, partner, policy=policy, now=now)
    if held_by is not None or kept.differs is not None:
        _note(db, reply, kept, held_by=held_by, now=now)
    partner_steps.note_tried(db, kept.record)
    return Result(
        how=Came.TAKEN,
        line_id=line_id,
        state=cases.state_name(db, line_id),
        held_by=held_by,
        differs=kept.differs,
    )


def go_on(
    db: Connection, record: Record, partner: PartnerEntry, *, policy: Policy, now: datetime
) -> Both | None:
    """Take what waits of the buyer's words, on the line that its claim goes on as; the first
    reason why one is not taken."""
    line_id = _last_of(db, record.line_id)
    return keep_steps.go_on(
        db,
        record,
        order=follow_reply.ORDER,
        do=lambda told: follow_reply.follow(db, line_id, told, partner, policy=policy, now=now),
    )


def _line_of(
    db: Connection, reply: Reply, partner: PartnerEntry, own_fingerprint: str
) -> tuple[int, str]:
    """The line that the claim became here, and its organisation."""
    found = packs.find_import(
        db, partner=partner.name, their_number=reply.number, their_line=reply.line
    )
    known = cases.state_of(db, found.line_id) if found else None
    if found is None or known is None or reply.to != own_fingerprint:
        raise SignedJsonError(
            f"no claim {reply.number}-{reply.line} came here from {partner.name}."
            " Check [[partners]], and whose reply it is",
            f"此处未收到 {partner.name} 的索赔 {reply.number}-{reply.line}。"
            "请检查 [[partners]] 及回复的归属",
        )
    return found.line_id, known[1]


def _last_of(db: Connection, line_id: int) -> int:
    seen = {line_id}
    while (into := partner_answers.goes_on_as(db, line_id)) is not None and into not in seen:
        seen.add(into)
        line_id = into
    return line_id


def _note(db: Connection, reply: Reply, kept: Kept, *, held_by: Both | None, now: datetime) -> None:
    """What was not taken, or is denied, in the line's history."""
    record = kept.record
    cases.append_event(
        db,
        line_id=record.line_id,
        organisation_id=record.organisation_id,
        actor=record.partner,
        role=Actor.SYSTEM.value,
        type_=DENIED if kept.differs else REPLIED,
        payload={
            "partner": record.partner,
            "number": f"{reply.number}-{reply.line}",
            "reason": f"{record.partner}: {reply.number}-{reply.line}",
            **partner_words.told(kept.differs, held_by),
        },
        now=now,
    )
