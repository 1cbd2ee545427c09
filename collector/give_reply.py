"""Replies to a factory's collector: what the buyer said to its decisions, signed.

Only who has answered a claim is replied to: an address leaves for nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.claims.actions import BY_ID
from collector.claims.lifecycle import Actor
from collector.claims.story import EMPTY, LogEvent, Story, step
from collector.pack.claim import Maker
from collector.pack.reply import SAYS, Reply, Word, about, write_reply
from collector.settings import PartnerEntry
from collector.store import partner_answers, stories

_BUYER: Final = frozenset({Actor.INTEGRATOR.value, Actor.DISTRIBUTOR.value, Actor.ADMIN.value})
_EVENTS: Final[Mapping[str, str]] = {BY_ID[name].event: name for name in SAYS if BY_ID[name].event}
_RULES: Final[Mapping[int, str]] = {BY_ID[name].rule: name for name in SAYS if BY_ID[name].rule}
"""All of them rows that the table gives to askers, so that an administrator spoke as one."""


def replies_to(
    db: Connection,
    line_id: int,
    *,
    partners: Iterable[PartnerEntry],
    made_by: Maker,
    key: Ed25519PrivateKey,
    now: datetime,
) -> tuple[tuple[PartnerEntry, bytes], ...]:
    """One signed reply for the partner that has answered the line; none before a word.

    SignedJsonError when it is longer than the partner would take.
    """
    by_name = {partner.name: partner for partner in partners}
    words = words_of(db, line_id)
    number, _, line = partner_answers.reference_of(db, line_id)[0].rpartition("-")
    found = []
    for name, reference in partner_answers.answered_by(db, line_id):
        partner = by_name.get(name)
        if partner is None or not words:
            continue
        reply = Reply(
            number=number,
            line=int(line),
            to=partner.fingerprint,
            made_by=made_by,
            reference=reference,
            as_of=now,
            words=words,
        )
        found.append((partner, write_reply(reply, key)))
    return tuple(found)


def words_of(db: Connection, line_id: int) -> tuple[Word, ...]:
    """Everything that the buyer said of a line, oldest first."""
    hashes = partner_answers.hashes_of(db, line_id)
    story, found = EMPTY, []
    for event in stories.log_of(db, line_id):
        if action := action_of(event):
            found.append(_word(event, action, story, hash_=hashes[event.seq]))
        story = step(story, event)
    return tuple(found)


def action_of(event: LogEvent) -> str:
    """The action of the buyer that an entry tells; '' for every other one."""
    if event.role not in _BUYER:
        return ""
    if event.type == "moved":
        rule = event.payload.get("rule")
        return _RULES.get(rule, "") if isinstance(rule, int) else ""
    return _EVENTS.get(event.type, "")


def _word(event: LogEvent, action: str, before: Story, *, hash_: str) -> Word:
    named = {one.name for one in BY_ID[action].fields}
    return Word(
        seq=event.seq,
        id=hash_,
        at=event.at,
        actor=event.actor,
        action=action,
        about=about(action, before),
        reason=str(event.payload.get("reason", "")),
        fields={key: value for key, value in event.payload.items() if key in named},
    )
