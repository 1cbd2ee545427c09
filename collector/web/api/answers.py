"""What partners' collectors say of claims that went between them; its signature admits it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.pack.answer import LONGEST, read_answer
from collector.pack.reply import read_reply
from collector.pack.signed_json import SignedJsonError
from collector.receive_answer import Result, receive_answer
from collector.receive_reply import receive_reply
from collector.settings import PartnerEntry
from collector.web.api.problem import problem
from collector.web.call import Call, found

LARGEST = LONGEST + 1


async def take_answer(call: Call) -> web.StreamResponse:
    """Take a signed answer. 200 with what came of it, also when it was known; 422 for one that is
    of no partner, changed, or about no claim of ours."""
    return await _take(call, read_answer, receive_answer)


async def take_reply(call: Call) -> web.StreamResponse:
    """Take a signed reply of a buyer, in the same way."""
    return await _take(call, read_reply, receive_reply)


class _Receive(Protocol):
    def __call__(
        self,
        db: Connection,
        content: bytes,
        /,
        *,
        partners: Sequence[PartnerEntry],
        own_fingerprint: str,
        policy: Policy,
        now: datetime,
    ) -> Result: ...


async def _take(call: Call, read: Callable[..., object], receive: _Receive) -> web.StreamResponse:
    """Anybody may post here: whoever is no partner does not hold up the store's one writer."""
    room, content = found(call.house.packs), await call.request.read()
    try:
        read(content, trusted={one.fingerprint for one in room.partners})
        result = await call.house.write(
            lambda db: receive(
                db,
                content,
                partners=room.partners,
                own_fingerprint=room.desk.made_by.fingerprint,
                policy=call.house.policy,
                now=call.now,
            )
        )
    except SignedJsonError as error:
        return problem(call, 422, detail=error.words.text(call.voice.language))
    body = {"result": result.how.value, "preclaim": result.line_id, "state": result.state}
    return web.Response(body=json.dumps(body).encode(), content_type="application/json")
