"""Which entries of claims' logs are told to which partner's collector."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from collector.claims.partner_words import ANSWERED
from collector.give_reply import action_of
from collector.outlets.settings import FACTORY, PARTNER
from collector.store import partner_answers, stories
from collector.store.claim_steps import STEP
from collector.store.notices import Waiting

_HOOK: Final = "hook:"


def is_theirs(db: Connection, one: Waiting, recipient: str) -> bool:
    """A sender is told of the claims that came from there; a factory, of those that it answers,
    what the buyer said. True for who is no partner."""
    channel = recipient.removeprefix(_HOOK)
    if not channel.startswith((PARTNER, FACTORY)):
        return True
    if one.thing != "claim":
        return False
    if channel.startswith(PARTNER):
        name = channel.removeprefix(PARTNER)
        return any(sent.partner == name for sent in partner_answers.sent_by(db, one.thing_id))
    return _is_for_factory(db, one, channel.removeprefix(FACTORY))


def _is_for_factory(db: Connection, one: Waiting, name: str) -> bool:
    """A word of the buyer; before the first answer nobody knew whom to tell, so that one brings
    what was said until then."""
    if name not in {partner for partner, _ in partner_answers.answered_by(db, one.thing_id)}:
        return False
    kind, _, number = one.step.partition(".")
    if kind != STEP:
        return False
    log = stories.log_of(db, one.thing_id)
    event = next((entry for entry in log if entry.seq == int(number)), None)
    if event is None:
        return False
    if event.type == ANSWERED:
        before = [entry for entry in log if entry.seq < event.seq]
        is_first = not any(entry.type == ANSWERED for entry in before)
        return is_first and any(action_of(entry) for entry in before)
    return bool(action_of(event))
