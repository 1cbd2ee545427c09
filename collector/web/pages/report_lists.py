"""A list of faults from a spreadsheet: what it would do, and doing it."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Final

from aiohttp import web

from collector.claims.report import Via
from collector.report_list import COLUMNS, read
from collector.report_many import TakenList, take_list
from collector.web.call import Call
from collector.web.pages.report import own_organisation, reporter_of
from collector.web.render import page

LONGEST: Final = 1024 * 1024  # bytes of a list; 2000 rows have some 400 kB
LARGEST: Final = 2 * LONGEST  # it comes back in the form that confirms it


async def show_list_form(call: Call) -> web.StreamResponse:
    """What the list must hold, and the form."""
    return _page(call)


async def take(call: Call) -> web.StreamResponse:
    """A dry run of a file that was chosen; with ``confirm`` the same content is taken."""
    form = await call.request.post()
    given, kept = form.get("list"), form.get("content")
    if isinstance(given, web.FileField):
        content = given.file.read()
    else:
        try:
            content = base64.b64decode(kept if isinstance(kept, str) else "", validate=True)
        except binascii.Error:
            content = b""
    if not content or len(content) > LONGEST:
        return _page(call, status=422, trouble=call.voice.t("report.list.size"))
    own, by = await own_organisation(call), reporter_of(call)
    confirm = form.get("confirm") == "yes"

    def run() -> TakenList:
        return take_list(
            call.house.engine,
            read(content, organisation_id=own),
            by=by,
            via=Via.CSV,
            policy=call.house.policy,
            now=call.now,
            confirm=confirm,
        )

    taken = await asyncio.to_thread(run)
    return _page(call, taken=taken, content=base64.b64encode(content).decode())


def _page(
    call: Call,
    *,
    status: int = 200,
    taken: TakenList | None = None,
    content: str = "",
    trouble: str = "",
) -> web.Response:
    return page(
        call,
        "report_list.html",
        status=status,
        taken=taken,
        content=content,
        trouble=trouble,
        columns=COLUMNS,
    )
