"""Silences and maintenance windows by the API: list them, ask for one, end one early."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector import silence_order
from collector.store import silences
from collector.store.silences import Asked, SilenceRow
from collector.web.api import shapes
from collector.web.api.asked import KEY, KEY_LONGEST
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
    """Keep what a program asks for, under the rules of the page; 201 with the silence.

    With a header Idempotency-Key the same wish sent again is 200 with the silence that it made.
    """
    token = call.request.headers.get(KEY, "").strip()
    if len(token) > KEY_LONGEST:
        return problem(call, 400, detail=call.voice.t("silence.api.key", header=KEY))
    try:
        wish = msgspec.json.decode(await call.request.read(), type=Wish)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = call.voice.t("silence.wrong.body", example=_EXAMPLE, why=str(error))
        return problem(call, 422, detail=said)

    asked = _asked(call, token, wish)

    def add(db: Connection) -> tuple[SilenceRow, bool]:
        known = silences.find_asked(db, call.scope, asked.key) if asked else None
        if known is not None:
            if asked is not None and known[1] != asked.digest:
                raise RefusedError("silence.api.reused")
            return _read(db, call, known[0]), False
        wanted = check(
            call,
            silences.find_target(db, call.scope, wish.target),
            kind=wish.kind,
            code=wish.code,
            reason=wish.reason.strip(),
            starts_at=(wish.starts_at or call.now).astimezone(UTC),
            hours=wish.hours,
        )
        number = silence_order.begin(db, replace(wanted, asked=asked), now=call.now)
        return _read(db, call, number), True

    try:
        row, is_new = await call.house.write(add)
    except RefusedError as refused:
        return problem(call, 422, detail=refused.say(call))
    body = json.dumps(_shape(row), ensure_ascii=False).encode()
    return web.Response(status=201 if is_new else 200, body=body, content_type="application/json")


def _asked(call: Call, token: str, wish: Wish) -> Asked | None:
    """None without a key; another's same key is another key."""
    if not token:
        return None
    owner = f"{sorted(call.scope.organisation_ids)}\n{call.known.name}\n{token}"
    return Asked(
        key=hashlib.sha256(owner.encode()).hexdigest(),
        digest=hashlib.sha256(msgspec.json.encode(wish)).hexdigest(),
    )


def _read(db: Connection, call: Call, number: int) -> SilenceRow:
    (row,) = silences.list_silences(db, call.scope, now=call.now, before=number + 1, limit=1)
    return row


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
