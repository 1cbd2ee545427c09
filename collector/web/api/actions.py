"""Actions on pre-claims by the API: one line or many, each request once, none on stale facts."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Final

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector.act import Wish
from collector.act_once import Acted, act_once
from collector.claims.actions import BY_ID
from collector.claims.refusal import IllegalMoveError
from collector.request_mark import KeyReusedError, StaleError
from collector.review import UnprovenError
from collector.store.views import claims
from collector.web.api import answer_shapes, shapes
from collector.web.api.asked import no_key, read_body, read_key
from collector.web.api.problem import problem
from collector.web.call import Call, found
from collector.web.pages.actions import by_of

PATTERN: Final = "[a-z_]{1,32}"
MOST: Final = 200
WITHIN_S: Final = 120  # a transaction each
_EXAMPLE: Final = '{"reason": "seen on both pictures", "fields": {"path": "parts"}}'
_EXAMPLE_OF_MANY: Final = '{"reason": "same lot", "lines": [{"id": 12}, {"id": 13}]}'
_MALFORMED: Final = frozenset(
    {
        "stray_field",
        "missing_field",
        "wrong_field",
        "wrong_choice",
        "too_long",
        "reason_needed",
    }
)
_UNKNOWN: Final = frozenset({"no_line", "no_action"})
Fields = dict[str, str | int | list[str]]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program says with an action; the names of fields are those of ``claims.actions``."""

    reason: str = ""
    fields: Fields = {}


class OneOfMany(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of many; its fields go over those of all."""

    id: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    fields: Fields = {}


class Many(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One action for many lines."""

    lines: Annotated[tuple[OneOfMany, ...], msgspec.Meta(min_length=1, max_length=MOST)]
    reason: str = ""
    fields: Fields = {}


async def act_on_preclaim(call: Call) -> web.StreamResponse:
    """Do it, once for each Idempotency-Key. With If-Match only while the line is as it was read;
    412 otherwise. What a rule refuses is a 409 that names it, with the words for people."""
    number, name = call.number("id"), call.request.match_info["action"]
    found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    if (token := read_key(call)) is None:
        return no_key(call)
    body = await read_body(call, Body, example=_EXAMPLE)
    if isinstance(body, web.Response):
        return body
    wish = Wish(action=name, reason=body.reason, fields=dict(body.fields))
    try:
        done = await call.house.write(lambda db: _act(db, call, number, wish, token))
    except StaleError as stale:
        return refuse_stale(call, stale)
    except KeyReusedError:
        return problem(call, 422, detail=call.voice.t("action.api.reused"))
    except IllegalMoveError as error:
        code = error.refusal.code
        return problem(call, status_of(code), detail=_say(call, error), code=code)
    row = found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    content = {
        "result": "known" if done.is_known else "done",
        **shapes.preclaim(row),
        "answer": answer_shapes.answer(
            done.story, terms=call.house.policy.clocks, serial=row.serial
        ),
    }
    return web.Response(
        body=json.dumps(content, ensure_ascii=False).encode(),
        content_type="application/json",
        headers={"ETag": etag(done.story.last_seq)},
    )


async def act_on_many(call: Call) -> web.StreamResponse:
    """Do it to each line by itself: 200 with a result for each, in order."""
    name = call.request.match_info["action"]
    if (token := read_key(call)) is None:
        return no_key(call)
    if name not in BY_ID:
        raise web.HTTPNotFound
    body = await read_body(call, Many, example=_EXAMPLE_OF_MANY)
    if isinstance(body, web.Response):
        return body

    def run() -> list[dict[str, object]]:
        return [_result(call, one, body, name, token) for one in body.lines]

    items = await asyncio.to_thread(run)
    content = json.dumps({"items": items}, ensure_ascii=False).encode()
    return web.Response(body=content, content_type="application/json")


def refuse_stale(call: Call, stale: StaleError) -> web.Response:
    """412 with the version that holds now."""
    refused = problem(call, 412, detail=call.voice.t("action.api.stale"))
    refused.headers["ETag"] = etag(stale.seq)
    return refused


def etag(seq: int) -> str:
    """The version of a line or case: the number of its last event (RFC 9110, section 8.8.3)."""
    return f'"{seq}"'


def status_of(code: str) -> int:
    """404 for what is not there, 422 for what cannot be read, 409 for what may not be."""
    if code in _UNKNOWN:
        return 404
    return 422 if code in _MALFORMED else 409


def _act(db: Connection, call: Call, number: int, wish: Wish, token: str) -> Acted:
    return act_once(
        db,
        number,
        wish,
        token=token,
        by=by_of(call),
        policy=call.house.policy,
        now=call.now,
        seen=seen_of(call),
    )


def seen_of(call: Call) -> int | None:
    """The event that If-Match names; -1, which none has, for what is no version of ours."""
    said = call.request.headers.get("If-Match", "").strip()
    if said in ("", "*"):
        return None
    number = said.removeprefix("W/").strip('"')
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 20 else -1


def _result(call: Call, one: OneOfMany, body: Many, name: str, token: str) -> dict[str, object]:
    wish = Wish(action=name, reason=body.reason, fields={**body.fields, **one.fields})
    try:
        with call.house.engine.begin() as db:
            done = act_once(
                db,
                one.id,
                wish,
                token=token,
                by=by_of(call),
                policy=call.house.policy,
                now=call.now,
            )
    except KeyReusedError:
        said = call.voice.t("action.api.reused")
        return {"id": one.id, "result": "refused", "code": "key_reused", "detail": said}
    except IllegalMoveError as error:
        code, said = error.refusal.code, _say(call, error)
        return {"id": one.id, "result": "refused", "code": code, "detail": said}
    return {
        "id": one.id,
        "result": "known" if done.is_known else "done",
        "state": done.story.state.value,
        "etag": etag(done.story.last_seq),
    }


def _say(call: Call, error: IllegalMoveError) -> str:
    if isinstance(error, UnprovenError):
        return call.voice.t("profile.refused")
    return error.line(call.voice.language)
