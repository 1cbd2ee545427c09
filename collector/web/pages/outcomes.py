"""Incidents, tasks, firmware cases and what was found not applicable: four plain lists."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import Connection

from collector.store import accounts, tasks
from collector.store.views import outcomes
from collector.web.call import Call
from collector.web.render import page


async def show_incidents(call: Call) -> web.StreamResponse:
    """Causes that took a whole site or agent away."""
    rows = await call.house.read(lambda db: outcomes.list_incidents(db, call.scope))
    return page(call, "incidents.html", rows=rows)


async def show_tasks(call: Call) -> web.StreamResponse:
    """What somebody has to do at a site."""
    rows = await call.house.read(lambda db: outcomes.list_tasks(db, call.scope))
    return page(call, "tasks.html", rows=rows)


async def finish_task(call: Call) -> web.StreamResponse:
    """Somebody did it; who and when is kept. A task that is closed already stays as it is."""
    number, actor = call.number("id"), call.known.name

    def finish(db: Connection) -> bool:
        done = tasks.finish(db, call.scope, task_id=number, actor=actor, now=call.now)
        if done:
            accounts.record(
                db, at=call.now, actor=actor, action="task.done", detail=f"task {number}"
            )
        return done

    if not await call.house.write(finish):
        rows = await call.house.read(lambda db: outcomes.list_tasks(db, call.scope))
        if number not in {row.id for row in rows}:
            raise web.HTTPNotFound
    return web.Response(status=303, headers={"Location": f"/tasks#task-{number}"})


async def show_firmware_cases(call: Call) -> web.StreamResponse:
    """Camera firmware, recorder firmware and cause."""
    rows = await call.house.read(lambda db: outcomes.list_firmware_cases(db, call.scope))
    return page(call, "firmware_cases.html", rows=rows)


async def show_dismissed(call: Call) -> web.StreamResponse:
    """What opened nothing, and why; shadow verdicts and transients on their own tabs."""
    asked = call.asked("outcome")
    outcome = asked if asked in {"not_applicable", "shadow", "transient"} else "not_applicable"
    rows = await call.house.read(
        lambda db: outcomes.list_decisions(db, call.scope, outcome=outcome)
    )
    return page(call, "dismissed.html", rows=rows, outcome=outcome)
