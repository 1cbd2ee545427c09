"""Cases by the API: the list, and one with all its lines."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import case_list, cases
from collector.store.views.case_list import CaseFilter, CaseRow
from collector.web.api import shapes
from collector.web.api.pages import answer, answer_page, read_cursor
from collector.web.call import Call, found


async def list_cases(call: Call) -> web.StreamResponse:
    """Cases, newest first; ``number``, ``buyer`` and ``maker`` filter."""
    cursor = read_cursor(call)
    wanted = CaseFilter(
        number=call.asked("number"), buyer=call.asked("buyer"), maker=call.asked("maker")
    )
    rows = await call.house.read(
        lambda db: case_list.list_cases(
            db, call.scope, wanted, before=cursor.place, limit=cursor.limit + 1
        )
    )
    return answer_page(rows, cursor, shape=_shape, place=lambda row: row.id)


async def show_case(call: Call) -> web.StreamResponse:
    """One case with its lines as /preclaims gives them."""
    number = call.number("id")
    file = found(await call.house.read(lambda db: cases.find_case(db, call.scope, number)))
    return answer(
        {
            "id": file.id,
            "number": file.number,
            "state": file.state or None,
            "approved": file.approved,
            "buyer": file.buyer or None,
            "maker": file.maker or None,
            "reporter": file.reporter or None,
            "opened_at": shapes.when(file.opened_at),
            "due_at": shapes.when(file.due_at),
            "ship_to": file.ship_to or None,
            "ship_to_confirmed_at": shapes.when(file.confirmed_at),
            "ship_to_confirmed_by": file.confirmed_by or None,
            "lines": [shapes.preclaim(line) for line in file.lines],
            "url": f"/cases/{file.id}",
        }
    )


def _shape(row: CaseRow) -> dict[str, object]:
    return {
        "id": row.id,
        "number": row.number,
        "organisation": row.organisation_id,
        "buyer": row.buyer or None,
        "maker": row.maker or None,
        "reporter": row.reporter or None,
        "opened_at": shapes.when(row.opened_at),
        "due_at": shapes.when(row.due_at),
        "ship_to": row.ship_to or None,
        "lines": sum(row.states.values()),
        "states": dict(row.states),
        "url": f"/cases/{row.id}",
    }
