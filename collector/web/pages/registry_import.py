"""Importing lists: upload, the diff, confirmation of exactly that, the imports, and their undo."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.import_list import (
    PlanChangedError,
    keep_file,
    source_of,
    undo_import,
    write_list,
)
from collector.intake.evidence_files import EvidenceFiles
from collector.registry.grid import LARGEST_FILE
from collector.registry.read_list import List, read_list
from collector.store import imports, registry, undo
from collector.store.imports import SHOWN, Import
from collector.store.registry import Comparison
from collector.web.call import Call, found
from collector.web.pages.registry import choose_factory, list_factories
from collector.web.render import page

FORM_LARGEST: Final = LARGEST_FILE + 64 * 1024
ROWS_SHOWN: Final = 200  # of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """A list and what it would do."""

    read: List
    compared: Comparison


async def show_imports(call: Call) -> web.StreamResponse:
    """The form for a list, and what has been imported."""
    return await _show_imports(call)


async def _show_imports(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    return page(
        call,
        "registry_import.html",
        status=status,
        imports=await call.house.read(lambda db: imports.newest(db, call.scope)),
        factories=await call.house.read(lambda db: list_factories(db, call)),
        own=await call.house.read(lambda db: choose_factory(db, call)),
        trouble=trouble,
    )


async def upload(call: Call) -> web.StreamResponse:
    """Read the list, keep the file and its comparison, and show it; nothing else is written."""
    form = await call.request.post()
    file = form.get("list")
    if not isinstance(file, web.FileField) or not file.filename:
        return await _show_imports(call, status=422, trouble=call.voice.t("import.wrong.none"))
    content, filename = file.file.read(), file.filename[-200:]
    sheet = str(form.get("sheet", "")).strip()[:100]
    wanted = str(form.get("factory", ""))
    read = await asyncio.to_thread(read_list, content, sheet=sheet)

    def compare(db: Connection) -> Comparison:
        return registry.compare(db, read, organisation_id=choose_factory(db, call, wanted))

    compared = await call.house.read(compare)  # may take seconds: not while others want to write

    def keep(db: Connection) -> int:
        keep_file(EvidenceFiles(call.house.evidence_dir), content)
        source = source_of(content, read, actor=call.known.name, filename=filename)
        return imports.show(db, compared, source, now=call.now)

    number = await call.house.write(keep)
    return web.Response(status=303, headers={"Location": f"/registry/import/{number}"})


async def show_import(call: Call) -> web.StreamResponse:
    """What a list that was uploaded would do; or what an import has done, and its undo."""
    return await _show_import(call, await _find(call))


async def _find(call: Call) -> Import:
    number = call.number("id")
    return found(await call.house.read(lambda db: imports.find(db, number, call.scope)))


async def _show_import(
    call: Call, one: Import, *, status: int = 200, trouble: str = ""
) -> web.StreamResponse:
    if one.state != SHOWN:
        planned = await call.house.read(lambda db: undo.plan(db, one))
        return page(
            call,
            "registry_undo.html",
            status=status,
            one=one,
            plan=planned,
            most=ROWS_SHOWN,
            trouble=trouble,
        )
    diff = await _diff(call, one)
    return page(
        call,
        "registry_plan.html",
        status=status,
        one=one,
        read=diff.read,
        compared=diff.compared,
        most=ROWS_SHOWN,
        trouble=trouble,
    )


async def _diff(call: Call, one: Import) -> Diff:
    """The kept file compared anew: what others imported meanwhile is in the picture."""
    read = await _read_again(call, one)
    compared = await call.house.read(
        lambda db: registry.compare(db, read, organisation_id=one.organisation_id)
    )
    return Diff(read=read, compared=compared)


async def _read_again(call: Call, one: Import) -> List:
    path = call.house.evidence_dir / one.sha256[:2] / one.sha256

    def run() -> List:
        return read_list(path.read_bytes(), sheet=one.sheet)

    if not path.is_file():
        raise web.HTTPNotFound
    return await asyncio.to_thread(run)


async def confirm(call: Call) -> web.StreamResponse:
    """Write exactly the plan that the form names; another one is shown and not written."""
    one = await _find(call)
    if one.state != SHOWN:
        return web.Response(status=303, headers={"Location": f"/registry/import/{one.id}"})
    plan = str((await call.request.post()).get("plan", ""))[:64]
    if not plan:
        raise web.HTTPUnprocessableEntity
    read = await _read_again(call, one)

    def write(db: Connection) -> None:
        still = imports.find(db, one.id, call.scope)
        if still is None or still.state != SHOWN:
            return  # another click was first
        write_list(
            db,
            read,
            imports.Source(
                actor=call.known.name, filename=one.filename, sha256=one.sha256, sheet=one.sheet
            ),
            organisation_id=one.organisation_id,
            plan=plan,
            now=call.now,
            import_id=one.id,
        )

    try:
        await call.house.write(write)
    except PlanChangedError:
        return await _show_import(
            call, one, status=409, trouble=call.voice.t("import.wrong.changed")
        )
    return web.Response(status=303, headers={"Location": f"/registry/import/{one.id}"})


async def undo_one(call: Call) -> web.StreamResponse:
    """Put back the rows of the import on which nothing rests."""
    one = await _find(call)
    if one.state == SHOWN:
        raise web.HTTPNotFound

    def put_back(db: Connection) -> None:
        still = imports.find(db, one.id, call.scope)
        if still is not None:
            undo_import(db, still, actor=call.known.name, now=call.now)

    await call.house.write(put_back)
    return web.Response(status=303, headers={"Location": f"/registry/import/{one.id}"})
