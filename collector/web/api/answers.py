"""Answers of a partner's collector to claims that were sent there; their signature admits them."""

from __future__ import annotations

import json

from aiohttp import web

from collector.pack.answer import LONGEST, AnswerError, read_answer
from collector.receive_answer import receive_answer
from collector.web.api.problem import problem
from collector.web.call import Call, found

LARGEST = LONGEST + 1


async def take_answer(call: Call) -> web.StreamResponse:
    """Take a signed answer. 200 with what came of it, also when it was known; 422 for one that is
    of no partner, changed, or about no claim of ours."""
    room = found(call.house.packs)
    content = await call.request.read()
    try:
        # Anybody may post here: whoever is no partner does not hold up the store's one writer.
        read_answer(content, trusted={one.fingerprint for one in room.partners})
        result = await call.house.write(
            lambda db: receive_answer(
                db,
                content,
                partners=room.partners,
                own_fingerprint=room.desk.made_by.fingerprint,
                policy=call.house.policy,
                now=call.now,
            )
        )
    except AnswerError as error:
        return problem(call, 422, detail=error.words.text(call.voice.language))
    body = {"result": result.how.value, "preclaim": result.line_id, "state": result.state}
    return web.Response(body=json.dumps(body).encode(), content_type="application/json")
