"""What partners' collectors say of claims that went between them; its signature admits it."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web
from sqlalchemy import Connection

from collector.pack.answer import LONGEST, read_answer
from collector.pack.reply import read_reply
from collector.pack.signed_json import SignedJsonError
from collector.receive_answer import Result, receive_answer
from collector.receive_reply import receive_reply
from collector.web.api.problem import problem
from collector.web.call import Call, found

LARGEST = LONGEST + 1


async def take_answer(call: Call) -> web.StreamResponse:
    """Take a signed answer. 200 with what came of it, also when it was known; 422 for one that is
    of no partner, changed, or about no claim of ours."""
    room, content = found(call.house.packs), await call.request.read()
    trusted = {one.fingerprint for one in room.partners}
    return await _take(
        call,
        check=lambda: read_answer(content, trusted=trusted),
        take=lambda db: receive_answer(
            db,
            content,
            partners=room.partners,
            own_fingerprint=room.desk.made_by.fingerprint,
            policy=call.house.policy,
            now=call.now,
        ),
    )


async def take_reply(call: Call) -> web.StreamResponse:
    """Take a signed reply of a buyer, in the same way."""
    room, content = found(call.house.packs), await call.request.read()
    trusted = {one.fingerprint for one in room.partners}
    return await _take(
        call,
        check=lambda: read_reply(content, trusted=trusted),
        take=lambda db: receive_reply(
            db,
            content,
            partners=room.partners,
            own_fingerprint=room.desk.made_by.fingerprint,
            policy=call.house.policy,
            now=call.now,
        ),
    )


async def _take(
    call: Call, *, check: Callable[[], object], take: Callable[[Connection], Result]
) -> web.StreamResponse:
    """Anybody may post here: whoever is no partner does not hold up the store's one writer."""
    try:
        check()
        result = await call.house.write(take)
    except SignedJsonError as error:
        return problem(call, 422, detail=error.words.text(call.voice.language))
    body = {"result": result.how.value, "preclaim": result.line_id, "state": result.state}
    return web.Response(body=json.dumps(body).encode(), content_type="application/json")
