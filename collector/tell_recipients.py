"""Mails a submitted claim to the account managers of its maker: once to each, from the outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from collector.notify.recipients import choose
from collector.notify.topics import Topic
from collector.outlets.settings import MAIL, NotifySettings
from collector.store import letters, recipients
from collector.store.notices import Waiting

KIND: Final = "pack"  # of such a letter
_KEY: Final = "manager"  # of its recipient: manager:3


def tell_recipients(db: Connection, one: Waiting, notify: NotifySettings, *, now: datetime) -> int:
    """Make the letters of a submission; how many. None without a mail server: what was submitted
    before there is one is no news when it comes."""
    if one.thing != "claim" or one.topic != Topic.CLAIM_SUBMITTED.value or notify.mail is None:
        return 0
    maker, buyer = recipients.parties(db, one.thing_id)
    known = recipients.for_claims_of(db, one.organisation_id)
    made = 0
    for to in choose(known, maker=maker, buyer=buyer):
        key = f"{_KEY}:{to.id}"
        if letters.is_known(db, recipient=key, channel=MAIL, notice_id=one.id):
            continue
        letter_id = letters.add(
            db,
            organisation_id=to.organisation_id,
            recipient=key,
            person_id=None,
            channel=MAIL,
            kind=KIND,
            local_day=now.astimezone(UTC).date(),
            now=now,
        )
        letters.add_item(
            db,
            organisation_id=to.organisation_id,
            recipient=key,
            channel=MAIL,
            notice_id=one.id,
            letter_id=letter_id,
        )
        made += 1
    return made


def number_of(recipient: str) -> int:
    """The row that a letter's recipient names."""
    return int(recipient.removeprefix(f"{_KEY}:"))
