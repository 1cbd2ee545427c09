"""Silences and maintenance windows by the API: list them, ask for one, end one early."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector import silence_order
from collector.store import silences
from collector.store.silences import SilenceRow
from collector.web.api import shapes
from collector.web.api.pages import BEYOND_IDS, answer_page, read_cursor
from collector.web.api.problem import problem
from collector.web.call import Call
from collector.web.silence_wish import LONGEST_REASON, RefusedError, check

_EXAMPLE: Final = '{"target": "site:ID", "reason": "mast moved", "hours": 8}'


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a POST: who is to be quiet, why, from when, for how long."""

    target: Annotated[str, msgspec.Meta(max_length=120)]  # site:ID, position:NUMBER, ...
    reason: Annotated[str, msgspec.Meta(max_length=LONGEST_REASON)]
    hours: Annotated[float, msgspec.Meta(gt=0)]
    kind: str = "silence"
    code: str = ""  # of one fault; '' for all
    starts_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None  # None: now


async def add_silence(call: Call) -> web.StreamResponse:
    """Keep what a program asks for, under the rules of the page; 201 with the silence."""
    try:
        wish = msgspec.json.decode(await call.request.read(), type=Wish)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = call.voice.t("silence.wrong.body", example=_EXAMPLE, why=str(error))
        return problem(call, 422, detail=said)

    def add(db: Connection) -> SilenceRow:
        wanted = check(
            call,
            silences.find_target(db, call.scope, wish.target),
            kind=wish.kind,
            code=wish.code,
            reason=wish.reason.strip(),
            starts_at=(wish.starts_at or call.now).astimezone(UTC),
            hours=wish.hours,
        )
        number = silence_order.begin(db, wanted, now=call.now)
        (row,) = silences.list_silences(db, call.scope, now=call.now, before=number + 1, limit=1)
        return row

    try:
        row = await call.house.write(add)
    except RefusedError as refused:
        return problem(call, 422, detail=refused.say(call))
    body = json.dumps(_shape(row), ensure_ascii=False).encode()
    return web.Response(status=201, body=body, content_type="application/json")


async def end_silence(call: Call) -> web.StreamResponse:
    """End one now; what waited for it is judged. 204 for one that is over too."""
    number = call.number("id")
    if not await call.house.write(
        lambda db: silence_order.end_or_find(
            db, call.scope, silence_id=number, actor=call.known.name, now=call.now
        )
    ):
        raise web.HTTPNotFound
    return web.Response(status=204)


async def list_silences(call: Call) -> web.StreamResponse:
    """Silences of the slice, newest first; whether one holds is told by its two moments."""
    cursor = read_cursor(call)
    rows = await call.house.read(
        lambda db: silences.list_silences(
            db,
            call.scope,
            now=call.now,
            before=cursor.place or BEYOND_IDS,
            limit=cursor.limit + 1,
        )
    )
    return answer_page(rows, cursor, shape=_shape, place=lambda row: row.silence.id)


def _shape(row: SilenceRow) -> dict[str, object]:
    one = row.silence
    return {
        "id": one.id,
        "organisation": one.organisation_id,
        "scope": one.scope.value,
        "site": one.site_id,
        "position": one.position_id,
        "code": one.code or None,
        "kind": one.kind.value,
        "reason": one.reason,
        "made_by": one.made_by,
        "starts_at": shapes.when(one.starts_at),
        "ends_at": shapes.when(one.ends_at),
        "ended_by": one.ended_by or None,
    }
