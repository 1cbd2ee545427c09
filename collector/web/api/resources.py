"""The API's resources; each answers for the visitor's slice only."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import claims, device_file, devices, outcomes, tasks
from collector.store.views.claim_page import ClaimFilter
from collector.store.views.devices import DeviceFilter
from collector.store.views.trends import Grouping
from collector.web.api import shapes
from collector.web.api.pages import answer, answer_page, read_cursor
from collector.web.call import Call, found
from collector.web.pages.health import read_agents
from collector.web.pages.tasks import read_filter
from collector.web.pages.today import build_overview
from collector.web.pages.trends import judge_groups


async def overview(call: Call) -> web.StreamResponse:
    """The counts of the first page."""
    told = await call.house.read(lambda db: build_overview(db, call))
    return answer(
        {
            "generated_at": shapes.when(call.now),
            "counts": told.counts,
            "devices": told.standings,
            "sites": [
                {"site": site.id, "name": site.name, "counts": site.counts} for site in told.sites
            ],
        }
    )


async def list_devices(call: Call) -> web.StreamResponse:
    """Devices, oldest first."""
    cursor = read_cursor(call)
    wanted = DeviceFilter(
        site=call.asked("site"),
        standing=call.asked("standing"),
        model=call.asked("model"),
        search=call.asked("q"),
    )
    rows = await call.house.read(
        lambda db: devices.list_devices(
            db, call.scope, wanted, after=cursor.place, limit=cursor.limit + 1
        )
    )
    return answer_page(rows, cursor, shape=shapes.device, place=lambda row: row.id)


async def show_device(call: Call) -> web.StreamResponse:
    """One device with its readings and episodes."""
    number = call.number("id")
    row = found(await call.house.read(lambda db: devices.find_device(db, call.scope, number)))
    readings = await call.house.read(lambda db: device_file.list_readings(db, call.scope, number))
    episodes = await call.house.read(lambda db: device_file.list_episodes(db, call.scope, number))
    return answer(
        {
            **shapes.device(row),
            "readings": [shapes.reading(item) for item in readings],
            "episodes": [shapes.episode(item) for item in episodes],
        }
    )


async def list_preclaims(call: Call) -> web.StreamResponse:
    """Pre-claims, newest first; ``turn`` is open, done or all."""
    cursor = read_cursor(call)
    wanted = ClaimFilter(
        turn=call.asked("turn") or "all",
        state=call.asked("state"),
        site=call.asked("site"),
        model=call.asked("model"),
        batch=call.asked("batch"),
        code=call.asked("code"),
        warranty=call.asked("warranty"),
        search=call.asked("q"),
    )
    rows = await call.house.read(
        lambda db: claims.list_preclaims(
            db, call.scope, wanted, before=cursor.place, limit=cursor.limit + 1
        )
    )
    return answer_page(rows, cursor, shape=shapes.preclaim, place=lambda row: row.id)


async def list_decisions(call: Call) -> web.StreamResponse:
    """Decisions, newest first; ``outcome`` filters."""
    cursor = read_cursor(call)
    rows = await call.house.read(
        lambda db: outcomes.list_decisions(
            db,
            call.scope,
            outcome=call.asked("outcome"),
            before=cursor.place,
            limit=cursor.limit + 1,
        )
    )
    return answer_page(rows, cursor, shape=shapes.decision, place=lambda row: row.id)


async def list_incidents(call: Call) -> web.StreamResponse:
    """Incidents, newest first."""
    cursor = read_cursor(call)
    rows = await call.house.read(
        lambda db: outcomes.list_incidents(
            db, call.scope, before=cursor.place, limit=cursor.limit + 1
        )
    )
    return answer_page(rows, cursor, shape=shapes.incident, place=lambda row: row.id)


async def list_tasks(call: Call) -> web.StreamResponse:
    """Tasks, newest first; ``site``, ``owner`` (a name, or nobody), ``kind`` and ``state``."""
    cursor = read_cursor(call)
    wanted = read_filter(call, state="all")
    rows = await call.house.read(
        lambda db: tasks.list_tasks(
            db, call.scope, wanted, before=cursor.place, limit=cursor.limit + 1
        )
    )
    return answer_page(rows, cursor, shape=shapes.task, place=lambda row: row.id)


async def list_trends(call: Call) -> web.StreamResponse:
    """Groups by ``by``: batch, model or firmware; all of them, no pages."""
    asked = call.asked("by") or Grouping.BATCH.value
    if asked not in {grouping.value for grouping in Grouping}:
        raise web.HTTPUnprocessableEntity
    groups = await call.house.read(lambda db: judge_groups(db, call.scope, Grouping(asked)))
    return answer({"by": asked, "items": [shapes.trend(group) for group in groups]})


async def list_agents(call: Call) -> web.StreamResponse:
    """Agents, silent ones first; all of them, no pages."""
    agents = await call.house.read(lambda db: read_agents(db, call.scope, now=call.now))
    return answer({"items": [shapes.agent(one) for one in agents], "next_cursor": None})
