"""Account managers by the API: list them, add or renew one, take one off."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector import recipient_list
from collector.notify.recipients import Recipient
from collector.registry.problem import BadCellError
from collector.store import recipients
from collector.web.api.pages import answer
from collector.web.api.problem import problem
from collector.web.call import Call, found
from collector.web.pages.recipients import drop, keep

_EXAMPLE = '{"maker": "Sunny", "buyer": "", "name": "Wang Fang", "email": "wang@example.com"}'


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a POST; ``organisation`` is the caller's own when it is left out."""

    name: Annotated[str, msgspec.Meta(max_length=120)]
    email: Annotated[str, msgspec.Meta(max_length=254)]
    maker: Annotated[str, msgspec.Meta(max_length=120)] = ""
    buyer: Annotated[str, msgspec.Meta(max_length=120)] = ""
    language: Literal["en", "zh"] = "en"
    organisation: Annotated[str, msgspec.Meta(max_length=64)] = ""


async def list_recipients(call: Call) -> web.StreamResponse:
    """All of the slice, no pages."""
    rows = await call.house.read(lambda db: recipients.every(db, call.scope))
    return answer({"items": [_shape(row) for row in rows]})


async def add_recipient(call: Call) -> web.StreamResponse:
    """201 for a new one; 200 where the address was there, which is its own idempotency key."""
    try:
        wish = msgspec.json.decode(await call.request.read(), type=Wish)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = call.voice.t("recipients.api", example=_EXAMPLE, why=str(error))
        return problem(call, 422, detail=said)
    owner = wish.organisation or call.known.organisation_id
    if owner not in call.scope.organisation_ids:
        raise web.HTTPUnprocessableEntity
    try:
        one = recipient_list.check(
            maker=wish.maker,
            buyer=wish.buyer,
            name=wish.name,
            email=wish.email,
            language=wish.language,
            organisation_id=owner,
        )
    except BadCellError as error:
        return problem(call, 422, detail=error.zh if call.voice.language == "zh" else error.en)

    def add(db: Connection) -> tuple[int, Recipient]:
        new = keep(db, call, (one,))
        same = (one.organisation_id, one.maker, one.buyer, one.email)
        kept = next(
            row
            for row in recipients.every(db, call.scope)
            if (row.organisation_id, row.maker, row.buyer, row.email) == same
        )
        return new, kept

    new, kept = await call.house.write(add)
    body = json.dumps(_shape(kept), ensure_ascii=False).encode()
    return web.Response(status=201 if new else 200, body=body, content_type="application/json")


async def remove_recipient(call: Call) -> web.StreamResponse:
    """204; what waits for them is not sent."""
    number = call.number("id")
    found(await call.house.write(lambda db: drop(db, call, number)))
    return web.Response(status=204)


def _shape(row: Recipient) -> dict[str, object]:
    return {
        "id": row.id,
        "organisation": row.organisation_id,
        "maker": row.maker or None,
        "buyer": row.buyer or None,
        "name": row.name,
        "email": row.email,
        "language": row.language,
    }
