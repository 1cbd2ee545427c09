"""Incidents: causes that took more than one device away, and what each of them explains."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector import storms
from collector.store.scope import Role
from collector.store.views import incident_file, outcomes
from collector.store.views.incident_file import IncidentFile
from collector.web.call import Call, found
from collector.web.render import page

RELEASES: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})


async def show_incidents(call: Call) -> web.StreamResponse:
    """One row for each cause, what is open first, however long ago it began; what turned out to be
    part of a higher one is that one."""
    rows = await call.house.read(
        lambda db: (
            *outcomes.list_incidents(db, call.scope, open_only=True),
            *(one for one in outcomes.list_incidents(db, call.scope) if one.closed_at),
        )
    )
    return page(call, "incidents.html", rows=rows)


def read_file(db: Connection, call: Call, number: int) -> IncidentFile | None:
    """The incident with its tree; None when there is none in the slice."""
    return incident_file.find_incident(
        db, call.scope, number, allowed=call.house.policy.silence_after
    )


async def show_incident(call: Call) -> web.StreamResponse:
    """The tree with its root, and who was away from when to when."""
    number = call.number("id")
    file = found(await call.house.read(lambda db: read_file(db, call, number)))
    return page(call, "incident.html", file=file, may_release=call.known.role in RELEASES)


async def release(call: Call) -> web.StreamResponse:
    """Somebody looked at a storm: its decisions go on one by one. One that is over stays so."""
    number = call.number("id")
    scope, actor, now = call.scope, call.known.name, call.now
    policy = call.house.policy
    done = await call.house.write(
        lambda db: storms.release(
            db, scope, incident_id=number, actor=actor, policy=policy, now=now
        )
    )
    if not done:
        found(await call.house.read(lambda db: read_file(db, call, number)))
    return web.Response(status=303, headers={"Location": f"/incidents/{number}"})
