"""Reporting faults by the API: a report with an Idempotency-Key, and files for its pre-claim."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector import keep_brought
from collector.claims.brought import FileKind, WrongFileError, recognise
from collector.claims.report import Report, Subject, Tried, Via
from collector.claims.report_check import RefusedReportError
from collector.report_claim import How, KeyReusedError, Reported, TakenError, note_try
from collector.store import stories
from collector.store.views import claims
from collector.web.answer_panel import takes_files
from collector.web.api import shapes
from collector.web.api.asked import no_key, read_key
from collector.web.api.problem import problem
from collector.web.call import Call, found
from collector.web.pages.report import own_organisation, reporter_of, take
from collector.web.report_form import NOTE_LONGEST, say_file, say_problems

_EXAMPLE: Final = (
    '{"serial": "SC25110042", "code": "ircut.stuck_open", "since": "2026-03-01", '
    '"description": "pink picture by day", "tried": ["restarted"]}'
)


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a POST; ``organisation`` is the caller's own when it is left out."""

    code: Annotated[str, msgspec.Meta(max_length=80)]
    description: Annotated[str, msgspec.Meta(max_length=4000)]
    subject: Literal["unit", "module_lot"] = "unit"
    serial: Annotated[str, msgspec.Meta(max_length=80)] = ""
    lot: Annotated[str, msgspec.Meta(max_length=80)] = ""
    quantity: int = 1
    model: Annotated[str, msgspec.Meta(max_length=120)] = ""
    since: date | None = None
    tried: tuple[Tried, ...] = ()
    organisation: Annotated[str, msgspec.Meta(max_length=64)] = ""


async def add_report(call: Call) -> web.StreamResponse:
    """Take one report. 201 with the pre-claim it opened, 200 when it was added to one that is
    open or was sent before; problems by RFC 9457."""
    if (token := read_key(call)) is None:
        return no_key(call)
    try:
        wish = msgspec.json.decode(await call.request.read(), type=Wish)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = call.voice.t("report.api.body", example=_EXAMPLE, why=str(error))
        return problem(call, 422, detail=said)
    wanted, by = _read(wish, await own_organisation(call)), reporter_of(call)
    try:
        made = await call.house.write(
            lambda db: take(db, call, wanted, by=by, via=Via.API, token=token)
        )
    except TakenError as taken:
        met = taken
        await call.house.write(lambda db: note_try(db, met, by=by, now=call.now))
        return problem(call, 409, detail=" ".join(say_problems(call.voice, taken)))
    except RefusedReportError as refused:
        return problem(call, 422, detail=" ".join(say_problems(call.voice, refused)))
    except KeyReusedError:
        return problem(call, 422, detail=call.voice.t("report.reused"))
    return await _answer(call, made)


def _read(wish: Wish, own: str) -> Report:
    return Report(
        organisation_id=wish.organisation or own,
        subject=Subject(wish.subject),
        serial=wish.serial,
        lot=wish.lot,
        quantity=wish.quantity,
        model=wish.model,
        code=wish.code,
        onset_on=wish.since,
        description=wish.description,
        tried=wish.tried,
    )


async def _answer(call: Call, made: Reported) -> web.Response:
    row = found(
        await call.house.read(lambda db: claims.find_preclaim(db, call.scope, made.line_id))
    )
    content = {"result": made.how.value, "report": made.report_id, **shapes.preclaim(row)}
    return web.Response(
        status=201 if made.how is How.OPENED else 200,
        body=json.dumps(content, ensure_ascii=False).encode(),
        content_type="application/json",
        headers={"Location": f"/api/v1/preclaims/{made.line_id}"},
    )


async def add_file(call: Call) -> web.StreamResponse:
    """Keep the body as a file of the pre-claim; ``name``, ``note`` and ``label=1`` in the URL.

    201 with its hash, 200 when it is there already: the bytes are its idempotency key.
    """
    number = call.number("id")
    found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    story = await call.house.read(lambda db: stories.story_of(db, number))
    if not takes_files(story, call.house.policy.clocks, now=call.now):
        return problem(call, 409, detail=call.voice.t("report.file.closed"))
    content = await call.request.read()
    try:
        one = await asyncio.to_thread(
            recognise,
            content,
            name=call.asked("name") or "file",
            is_label=call.asked("label") == "1",
        )
    except WrongFileError as wrong:
        return problem(call, 415, detail=say_file(call.voice, wrong))
    await asyncio.to_thread(keep_brought.put, call.house.evidence_dir, (one,))

    def keep(db: Connection) -> int:
        return keep_brought.note(
            db,
            (one,),
            line_id=number,
            actor=call.known.name,
            role=call.known.role.value,
            words=call.asked("note", longest=NOTE_LONGEST),
            now=call.now,
        )

    is_new = await call.house.write(keep) == 1
    body = {"sha256": one.sha256, "kind": FileKind(one.kind).value, "media_type": one.media_type}
    return web.Response(
        status=201 if is_new else 200,
        body=json.dumps(body).encode(),
        content_type="application/json",
    )
