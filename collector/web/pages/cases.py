"""One case with all its lines: how many are approved, where it is shipped to, what to do next."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlalchemy import Connection

from collector.act import Result, Wish, act_on_each
from collector.claims.actions import BY_ID, possible
from collector.claims.lifecycle import Actor, LineState
from collector.store import stories
from collector.store.views import cases
from collector.store.views.cases import CaseFile
from collector.web.call import Call, found
from collector.web.pages.actions import by_of
from collector.web.render import page

SHIP_TO = "confirm_ship_to"


async def show_case(call: Call) -> web.StreamResponse:
    """The case and its lines."""
    return await _show(call)


async def confirm_address(call: Call) -> web.StreamResponse:
    """Confirm where the case is shipped to: an event of each of its lines that goes on."""
    number = call.number("id")
    file = found(await call.house.read(lambda db: cases.find_case(db, call.scope, number)))
    form = await call.request.post()
    wish = Wish(action=SHIP_TO, fields={"ship_to": str(form.get("ship_to", "")).strip()})
    lines = await call.house.read(lambda db: _takers(db, file, call))

    def run() -> tuple[Result, ...]:
        return act_on_each(
            call.house.engine,
            [(line, wish) for line in lines],
            by=by_of(call),
            policy=call.house.policy,
            now=call.now,
        )

    results = await asyncio.to_thread(run)
    refused = next((one.refused for one in results if one.refused), None)
    if refused or not results:
        said = refused.line(call.voice.language) if refused else call.voice.t("case.no_line")
        return await _show(call, status=409, trouble=said)
    return web.Response(status=303, headers={"Location": f"/cases/{number}"})


async def _show(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    number = call.number("id")
    file = found(await call.house.read(lambda db: cases.find_case(db, call.scope, number)))
    role = Actor(call.known.role.value)
    states = {LineState(line.state) for line in file.lines}
    return page(
        call,
        "case.html",
        status=status,
        case=file,
        actions=[one for one in possible(states, role) if one.id != SHIP_TO],
        may_confirm_address=any(one.id == SHIP_TO for one in possible(states, role)),
        trouble=trouble,
    )


def _takers(db: Connection, file: CaseFile, call: Call) -> list[int]:
    action, role = BY_ID[SHIP_TO], Actor(call.known.role.value)
    return [
        line.id for line in file.lines if action.is_offered(stories.story_of(db, line.id), role)
    ]
