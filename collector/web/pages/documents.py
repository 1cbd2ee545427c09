"""Documents of a batch: uploaded by the factory, read by everybody who has units of the batch."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from collector.claims import photo
from collector.claims.photo import NoPhotoError
from collector.import_list import keep_file
from collector.intake.evidence_files import EvidenceFiles
from collector.store import accounts, documents
from collector.store.views import registry
from collector.web.call import Call, found
from collector.web.pages.registry import choose_factory, show_list

LARGEST: Final = 10 * 1024 * 1024
FORM_LARGEST: Final = LARGEST + 64 * 1024
_PDF: Final = b"%PDF-"
_NAME: Final = re.compile(r"[^\w.() -]+")


class _RefusedError(ValueError):
    """The upload cannot be kept; the text is a key of the catalogue."""


async def add_document(call: Call) -> web.StreamResponse:
    """Keep a PDF, JPEG or PNG for the batch that the URL names."""
    batch = call.asked("batch")
    if not await call.house.read(lambda db: registry.sees_batch(db, call.scope, batch)):
        raise web.HTTPNotFound
    form = await call.request.post()
    kind = str(form.get("kind", ""))
    note = str(form.get("note", "")).strip()[:500]
    try:
        upload = form.get("document")
        if not isinstance(upload, web.FileField) or kind not in documents.KINDS:
            raise _RefusedError("documents.wrong.none")
        content, media_type = _clean(upload.file.read())
    except _RefusedError as refused:
        return await show_list(call, status=422, trouble=call.voice.t(str(refused)))
    name = _NAME.sub("_", upload.filename)[-120:] or "document"

    def keep(db: Connection) -> None:
        sha256 = keep_file(EvidenceFiles(call.house.evidence_dir), content)
        documents.add(
            db,
            organisation_id=choose_factory(db, call),
            batch=batch,
            kind=kind,
            sha256=sha256,
            media_type=media_type,
            name=name,
            size=len(content),
            note=note,
            actor=call.known.name,
            now=call.now,
        )
        _record(db, call, "document.add", f"{name} ({sha256}) to batch {batch}")

    await call.house.write(keep)
    place = f"/registry?batch={quote(batch, safe='')}#documents"
    return web.Response(status=303, headers={"Location": place})


def _clean(content: bytes) -> tuple[bytes, str]:
    """The bytes that are kept, and their type by what they begin with."""
    if len(content) > LARGEST:
        raise _RefusedError("documents.wrong.size")
    if content.startswith(_PDF):
        return content, "application/pdf"
    try:
        return photo.clean(content)
    except NoPhotoError as error:
        raise _RefusedError("documents.wrong.kind") from error


async def show_document(call: Call) -> web.StreamResponse:
    """The document's bytes; 404 for who has no unit of its batch."""
    number = call.number("id")
    one = found(await call.house.read(lambda db: documents.find(db, number)))
    if not await call.house.read(lambda db: registry.sees_batch(db, call.scope, one.batch)):
        raise web.HTTPNotFound
    path = call.house.evidence_dir / one.sha256[:2] / one.sha256
    if not path.is_file():
        raise web.HTTPNotFound
    is_pdf = one.media_type == "application/pdf"  # may hold scripts: never shown within our pages
    shown = "attachment" if is_pdf else "inline"
    headers = {
        "Content-Type": one.media_type,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(one.name)}",
    }
    return web.FileResponse(path, headers=headers)


async def remove_document(call: Call) -> web.StreamResponse:
    """Take a document off its batch; the audit log keeps its hash."""
    number = call.number("id")
    one = found(await call.house.read(lambda db: documents.find(db, number)))
    if one.organisation_id not in call.scope.organisation_ids:
        raise web.HTTPNotFound

    def remove(db: Connection) -> None:
        documents.remove(db, number)
        _record(db, call, "document.remove", f"{one.name} ({one.sha256}) of batch {one.batch}")

    await call.house.write(remove)
    place = f"/registry?batch={quote(one.batch, safe='')}#documents"
    return web.Response(status=303, headers={"Location": place})


def _record(db: Connection, call: Call, action: str, detail: str) -> None:
    accounts.record(db, at=call.now, actor=call.known.name, action=action, detail=detail)
