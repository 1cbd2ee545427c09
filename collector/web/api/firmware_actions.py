"""Actions on firmware cases by the API: each request once, none on stale facts."""

from __future__ import annotations

import json
from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from collector.claims.action_words import no_action, stray_field
from collector.claims.firmware_case import BY_NAME, CaseStory, Field, fields_of
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.firmware_once import Acted, act_once
from collector.request_mark import KeyReusedError, StaleError
from collector.store import firmware_cases
from collector.store.views import firmware_cases as view
from collector.web.api.actions import etag, refuse_stale, seen_of
from collector.web.api.asked import no_key, read_body, read_key
from collector.web.api.problem import problem
from collector.web.call import Call, found
from collector.web.pages.actions import by_of
from collector.web.pages.firmware_cases import (
    FIELD_LONGEST,
    REASON_LONGEST,
    VERSION_LONGEST,
    CaseFile,
    forms_of,
)

PATTERN: Final = "[a-z_]{1,24}"
_EXAMPLE: Final = '{"reason": "seen in the transcript", "fields": {"path": "firmware_fix"}}'
_UNKNOWN: Final = frozenset({"no_case", "no_action"})
_MALFORMED: Final = frozenset(
    {
        "stray_field",
        "reason_needed",
        "names_nothing",
        "no_path",
        "no_reject_code",
        "no_version",
        "no_report",
        "no_side",
        "no_word",
    }
)
_Text = Annotated[str, msgspec.Meta(max_length=FIELD_LONGEST)]
_Version = Annotated[str, msgspec.Meta(max_length=VERSION_LONGEST)]


class FirmwareFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an action can take; the names are those of ``claims.firmware_case.Field``."""

    missing: _Text | UnsetType = UNSET
    path: _Text | UnsetType = UNSET
    reason_code: _Text | UnsetType = UNSET
    firmware_version: _Version | UnsetType = UNSET
    fixed_side: _Text | UnsetType = UNSET
    version: _Text | UnsetType = UNSET
    contains: bool | UnsetType = UNSET


class FirmwareBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program says with an action."""

    reason: Annotated[str, msgspec.Meta(max_length=REASON_LONGEST)] = ""
    fields: FirmwareFields = FirmwareFields()


async def act_on_case(call: Call) -> web.StreamResponse:
    """Do it, once for each Idempotency-Key. With If-Match only while the case is as it was read;
    412 otherwise. What a rule refuses is a 409 that names it, with the words for people."""
    number, name = call.number("id"), call.request.match_info["action"]
    found(await call.house.read(lambda db: view.find_case(db, call.scope, number)))
    if (token := read_key(call)) is None:
        return no_key(call)
    body = await read_body(call, FirmwareBody, example=_EXAMPLE)
    if isinstance(body, web.Response):
        return body
    try:
        done = await call.house.write(lambda db: _act(db, call, name, body, token=token))
    except StaleError as stale:
        return refuse_stale(call, stale)
    except KeyReusedError:
        return problem(call, 422, detail=call.voice.t("action.api.reused"))
    except IllegalMoveError as error:
        code = error.refusal.code
        status = 404 if code in _UNKNOWN else 422 if code in _MALFORMED else 409
        return problem(call, status, detail=error.line(call.voice.language), code=code)
    return _answer(number, done)


def list_actions(file: CaseFile, call: Call) -> list[dict[str, object]]:
    """The actions that the caller can take now, with the names of their fields."""
    return [
        {"action": action.name, "fields": list(fields), "needs_reason": action.reason_needed}
        for action, fields in forms_of(file, Actor(call.known.role.value))
    ]


def _act(db: Connection, call: Call, name: str, body: FirmwareBody, *, token: str) -> Acted:
    number = call.number("id")
    story = firmware_cases.story_of(db, number)
    return act_once(
        db,
        number,
        name,
        reason=body.reason,
        fields=_read(body.fields, name, story),
        token=token,
        by=by_of(call),
        terms=call.house.policy.clocks,
        now=call.now,
        seen=seen_of(call),
    )


def _read(given: FirmwareFields, name: str, story: CaseStory) -> dict[str, object]:
    """The fields that were given; a key of another action's would be lost in silence otherwise."""
    action = BY_NAME.get(name)
    if action is None:
        raise IllegalMoveError(no_action(name, tuple(BY_NAME)))
    said = {
        field.value: " ".join(value.split()) if isinstance(value, str) else value
        for field in Field
        if (value := getattr(given, field.value)) is not UNSET
    }
    known = {field.value for field in action.fields}
    if stray := sorted(said.keys() - known):
        offered = tuple(field.value for field in fields_of(action, story))
        raise IllegalMoveError(stray_field(stray[0], offered))
    return said


def _answer(number: int, done: Acted) -> web.Response:
    story = done.story
    content = {
        "result": "known" if done.is_known else "done",
        "id": number,
        "state": story.state.value,
        "path": story.line.path or None,
        "fixed_in": story.fix.version if story.fix else None,
        "url": f"/firmware-cases/{number}",
    }
    return web.Response(
        body=json.dumps(content, ensure_ascii=False).encode(),
        content_type="application/json",
        headers={"ETag": etag(story.line.last_seq)},
    )
