"""What the postman brings to partners' collectors: answers to claims, and replies to answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.compose import Sign
from collector.give_answer import answers_to
from collector.give_reply import replies_to
from collector.outlets.settings import FACTORY, PARTNER
from collector.pack.room import PackRoom


def signer(room: PackRoom) -> Sign:
    """What is to be said about a line by a partner's channel, signed. Of two claims of one partner
    for the unit the newest goes on."""

    def sign(db: Connection, line_id: int, channel: str, now: datetime) -> bytes | None:
        is_reply = channel.startswith(FACTORY)
        prefix, write = (FACTORY, replies_to) if is_reply else (PARTNER, answers_to)
        found = write(
            db,
            line_id,
            partners=[one for one in room.partners if f"{prefix}{one.name}" == channel],
            made_by=room.desk.made_by,
            key=room.key,
            now=now,
        )
        return found[-1][1] if found else None

    return sign
