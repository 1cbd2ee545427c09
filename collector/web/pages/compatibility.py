"""Compatibility: camera firmware and recorder firmware, what lets in and what does not."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import compatibility as view
from collector.store.views.compatibility import FactRow
from collector.web.api.pages import answer
from collector.web.api.shapes import when
from collector.web.call import Call
from collector.web.render import page


async def show_compatibility(call: Call) -> web.StreamResponse:
    """The table; ``q`` searches it."""
    search = call.asked("q").strip()[:80]
    rows = await call.house.read(lambda db: view.list_facts(db, call.scope, search=search))
    return page(call, "compatibility.html", rows=rows, search=search, limit=view.LIMIT)


async def list_compatibility(call: Call) -> web.StreamResponse:
    """The same for programs; no pages."""
    search = call.asked("q").strip()[:80]
    rows = await call.house.read(lambda db: view.list_facts(db, call.scope, search=search))
    return answer({"items": [_shape(row) for row in rows], "next_cursor": None})


def _shape(row: FactRow) -> dict[str, object]:
    return {
        "manufacturer": row.manufacturer,
        "camera_model": row.model,
        "camera_firmware": row.firmware,
        "recorder_firmware": row.recorder_firmware,
        "accepted": list(row.accepted),
        "refused": list(row.refused),
        "cause": row.cause,
        "works": row.works,
        "devices": row.devices,
        "first_at": when(row.first_at),
        "last_at": when(row.last_at),
        "firmware_case_id": row.firmware_case_id,
    }
