"""A generic webhook: signed as Standard Webhooks 1.0.0 says, with a CloudEvents 1.0 body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from collector.notify import claim_step
from collector.notify.letter import Letter, Notice
from collector.outlets.answer import Answer
from collector.outlets.post import Reply, judge_status, post
from collector.outlets.settings import HookSettings

PREFIX: Final = "whsec_"
SHORTEST_KEY: Final = 24  # bytes, by the specification; 64 at most
LONGEST_KEY: Final = 64
SOURCE: Final = "/preclaim"


class BadSecretError(ValueError):
    """The secret is none of the specification's form."""


async def send(hook: HookSettings, letter: Letter, *, now: datetime) -> Answer:
    """Deliver one event."""
    body = write_body(letter)
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        **sign(letter.id, body, secrets=hook.secrets, now=now),
    }
    reply = await post(hook, body, headers=headers)
    return judge_status(reply.status) if isinstance(reply, Reply) else reply


def read_key(secret: str) -> bytes:
    """The key behind ``whsec_...``; BadSecretError when it is no base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSecretError from error
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise BadSecretError
    return key


def sign(message_id: str, body: bytes, *, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The three headers; several secrets give several signatures, so that they can be rotated.

    Source: Standard Webhooks 1.0.0, HMAC-SHA256 over ``id.timestamp.body``.
    """
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (
        base64.b64encode(hmac.new(read_key(secret), signed, hashlib.sha256).digest()).decode()
        for secret in secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def write_body(letter: Letter) -> bytes:
    """One event for one notice; what was gathered, and a test, are events too.

    An entry of a claim's log has a ``sequence`` (an extension of CloudEvents 1.0), by which a
    receiver puts in order what a retry brought late.
    """
    first = letter.notices[0] if len(letter.notices) == 1 else None
    kind = _kind_of(first) if first else "gathered" if letter.notices else "test"
    event: dict[str, object] = {
        "specversion": "1.0",
        "id": letter.id,
        "source": letter.base_url or SOURCE,
        "type": f"preclaim.{kind}",
        "time": ((letter.made_at or datetime.now(UTC)) if first is None else first.at).isoformat(),
        "datacontenttype": "application/json",
        "data": _tell(first, letter) if first else {
            "subject": letter.subject,
            "notices": [_tell(notice, letter) for notice in letter.notices],
        },
    }  # fmt: skip
    if first:
        event["subject"] = f"{first.thing}/{first.thing_id}"
        if first.entry:
            event["sequence"] = f"{first.entry.seq:012d}"
    return json.dumps(event, ensure_ascii=False).encode()


def _kind_of(notice: Notice) -> str:
    if notice.entry:
        return f"claim.{notice.entry.name}"
    return f"{notice.topic}.{notice.step.partition('.')[0]}"


def _tell(notice: Notice, letter: Letter) -> dict[str, object]:
    entry = claim_step.tell(notice.entry) if notice.entry else {}
    return {
        "topic": notice.topic,
        "step": notice.step.partition(".")[0],
        "thing": notice.thing,
        "thing_id": notice.thing_id,
        "site": notice.site_id or None,
        "site_name": notice.site_name or None,
        "title_en": notice.title.en,
        "title_zh": notice.title.zh,
        "text_en": notice.text.en,
        "text_zh": notice.text.zh,
        "at": notice.at.isoformat(),
        "url": f"{letter.base_url}{notice.path}",
        **entry,
    }
