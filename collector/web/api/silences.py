"""The API's list of silences and maintenance windows."""

from __future__ import annotations

from aiohttp import web

from collector.store import silences
from collector.store.silences import SilenceRow
from collector.web.api import shapes
from collector.web.api.pages import BEYOND_IDS, answer_page, read_cursor
from collector.web.call import Call


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
