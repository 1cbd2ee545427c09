"""The master RMA list: a look at it, and the file."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

from aiohttp import web

from collector.rma_list import FORMATS, write_list
from collector.store.views import rma_list
from collector.store.views.rma_list import RmaFilter
from collector.web.call import Call
from collector.web.render import page

_SHOWN: Final = 200


def _read_filter(call: Call) -> RmaFilter:
    return RmaFilter(
        maker=call.asked("maker"),
        buyer=call.asked("buyer"),
        since=_day(call.asked("from", longest=10)),
        until=_day(call.asked("to", longest=10)),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


async def show_rma(call: Call) -> web.StreamResponse:
    """The first lines of the list that the URL asks for."""
    wanted = _read_filter(call)
    lines = await call.house.read(
        lambda db: rma_list.list_lines(db, call.scope, wanted, limit=_SHOWN + 1)
    )
    return page(
        call,
        "rma.html",
        wanted=wanted,
        lines=lines[:_SHOWN],
        more=len(lines) > _SHOWN,
        choices=await call.house.read(lambda db: rma_list.list_makers(db, call.scope)),
        query=call.request.query_string,
    )


async def download(call: Call) -> web.StreamResponse:
    """The whole list as CSV or XLSX."""
    kind = call.request.match_info["kind"]
    wanted = _read_filter(call)
    lines = await call.house.read(lambda db: rma_list.list_lines(db, call.scope, wanted))
    language = call.voice.language
    content = await asyncio.to_thread(write_list, lines, kind=kind, language=language)
    headers = {
        "Content-Type": FORMATS[kind],
        "Content-Disposition": f'attachment; filename="rma-{call.now:%Y-%m-%d}.{kind}"',
    }
    return web.Response(body=content, headers=headers)
