"""Files that people bring to a pre-claim: adding them, and giving them back."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector import keep_brought
from collector.claims.brought import FileKind, WrongFileError
from collector.store import reports, stories
from collector.store.reports import FileRow
from collector.store.scope import Role
from collector.store.views import claims
from collector.web.answer_panel import takes_files
from collector.web.call import Call, found
from collector.web.pages.claims import show_claim
from collector.web.report_form import NOTE_LONGEST, read_files, say_file

_SHOWN: Final = frozenset({"image/jpeg", "image/png", "video/mp4", "video/webm"})


async def add_files(call: Call) -> web.StreamResponse:
    """Keep files for an open pre-claim; what cannot be kept comes back with the reason."""
    number = call.number("id")
    found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    form = await call.request.post()
    words = str(form.get("note", "")).strip()[:NOTE_LONGEST]
    story = await call.house.read(lambda db: stories.story_of(db, number))
    if not takes_files(story, call.house.policy.clocks, now=call.now):
        return await show_claim(call, status=409, trouble=call.voice.t("report.file.closed"))
    try:
        brought = await asyncio.to_thread(read_files, form)
    except WrongFileError as wrong:
        return await show_claim(call, status=422, trouble=say_file(call.voice, wrong))
    if not brought:
        return await show_claim(call, status=422, trouble=call.voice.t("report.file.none"))
    await asyncio.to_thread(keep_brought.put, call.house.evidence_dir, brought)

    def keep(db: Connection) -> None:
        keep_brought.note(
            db,
            brought,
            line_id=number,
            actor=call.known.name,
            role=call.known.role.value,
            words=words,
            now=call.now,
        )

    await call.house.write(keep)
    return web.Response(status=303, headers={"Location": f"/preclaims/{number}#brought"})


async def show_file(call: Call) -> web.StreamResponse:
    """The file, to those who may see it; a document only as a download."""
    number, sha256 = call.number("id"), call.request.match_info["sha256"]
    files = await call.house.read(lambda db: reports.files_of(db, call.scope, number))
    row = found(next((one for one in files if one.sha256 == sha256), None))
    if not may_see(call, row):
        raise web.HTTPForbidden
    path = call.house.evidence_dir / sha256[:2] / sha256
    if not path.is_file():
        raise web.HTTPNotFound
    is_shown = row.media_type in _SHOWN and row.kind != FileKind.DOCUMENT.value
    return web.FileResponse(
        path,
        headers={
            "Content-Type": row.media_type if is_shown else "application/octet-stream",
            "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": _disposition(row, is_shown=is_shown),
        },
    )


def may_see(call: Call, row: FileRow) -> bool:
    """A distributor sees what was brought by them, and no other picture of a site."""
    return call.known.role is not Role.DISTRIBUTOR or row.actor == call.known.name


def _disposition(row: FileRow, *, is_shown: bool) -> str:
    """RFC 6266 takes plain letters only; the name as it was given is on the page."""
    plain = "".join(sign for sign in row.name if sign.isascii()) or row.sha256[:12]
    return f'{"inline" if is_shown else "attachment"}; filename="{plain}"'
