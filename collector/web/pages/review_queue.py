"""The factory's queue of pre-claims: what runs out next, and receiving by a scanned label."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from collector import goods_in
from collector.act import Wish, act
from collector.claims.actions import possible
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.store.views import review_queue
from collector.store.views.review_queue import STATES, Turn
from collector.web.call import Call
from collector.web.pages.actions import by_of
from collector.web.render import page
from shared.device import half_width

ROWS: Final = 50
SERIAL_LONGEST: Final = 64


async def show_queue(call: Call) -> web.StreamResponse:
    """The lines that wait for the factory, the first due first."""
    return await _show(call)


async def receive(call: Call) -> web.StreamResponse:
    """Receive the unit whose label was scanned: the line is found by it."""
    form = await call.request.post()
    scanned = "".join(half_width(str(form.get("scanned_serial", ""))).split())[:SERIAL_LONGEST]
    waiting = await call.house.read(lambda db: goods_in.find_lines(db, call.scope, scanned))
    if len(waiting) != 1:
        return await _show(call, status=409, trouble=call.voice.t("review.none", serial=scanned))
    (arrived,) = waiting
    line, wish = arrived.line_id, Wish(action=arrived.action, fields={"scanned_serial": scanned})
    try:
        await call.house.write(
            lambda db: act(db, line, wish, by=by_of(call), policy=call.house.policy, now=call.now)
        )
    except IllegalMoveError as error:
        place = f"/preclaims/{line}"
        said = error.line(call.voice.language)
        return await _show(call, status=409, trouble=said, place=place)
    place = f"/preclaims/{line}?done={arrived.action}#answer"
    return web.Response(status=303, headers={"Location": place})


async def _show(
    call: Call, *, status: int = 200, trouble: str = "", place: str = ""
) -> web.StreamResponse:
    turn = {one.value: one for one in Turn}.get(call.asked("turn"), Turn.FACTORY)
    skip = int(text) if (text := call.asked("skip", longest=7)).isdecimal() else 0
    house, scope = call.house, call.scope
    rows = await house.read(
        lambda db: review_queue.list_queue(db, scope, turn, skip=skip, limit=ROWS + 1)
    )
    shown = rows[:ROWS]
    lines = [row.id for row in shown]
    return page(
        call,
        "review.html",
        status=status,
        rows=shown,
        turn=turn.value,
        turns=[one.value for one in Turn],
        counts=await house.read(lambda db: review_queue.count_queue(db, scope)),
        pictures=await house.read(lambda db: review_queue.pictures(db, scope, lines)),
        peers=await house.read(
            lambda db: review_queue.peers(db, scope, {row.batch for row in shown if row.batch})
        ),
        actions=possible(STATES[turn], Actor(call.known.role.value)),
        more=skip + ROWS if len(rows) > ROWS else 0,
        trouble=trouble,
        place=place,
    )
