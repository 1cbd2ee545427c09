"""Troubleshooting that somebody records for a pre-claim: what was done, and what came of it."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.claims.troubleshooting import CHECKED
from collector.review import line_and_story
from collector.store import cases
from collector.store.views import claims
from collector.web.call import Call, found
from collector.web.evidence_panel import OUTCOMES, TRIED
from collector.web.pages.claims import show_claim

_NOTE: Final = 500


async def add_check(call: Call) -> web.StreamResponse:
    """Append it to the line's log; what cannot be used comes back with the reason."""
    number = call.number("id")
    claim = found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    form = await call.request.post()
    what, outcome = str(form.get("what", "")), str(form.get("outcome", ""))
    if claim.closed_at is not None:
        return await show_claim(call, status=409, trouble=call.voice.t("checked.wrong.closed"))
    if what not in TRIED or outcome not in OUTCOMES:
        return await show_claim(call, status=422, trouble=call.voice.t("checked.wrong"))
    note = str(form.get("note", "")).strip()[:_NOTE]

    def keep(db: Connection) -> None:
        line, _ = line_and_story(db, number)
        cases.append_event(
            db,
            line_id=number,
            organisation_id=line.organisation_id,
            actor=call.known.name,
            role=Actor(call.known.role.value).value,
            type_=CHECKED,
            payload={"what": what, "outcome": outcome, "reason": note},
            now=call.now,
        )

    await call.house.write(keep)
    return web.Response(status=303, headers={"Location": f"/preclaims/{number}#checked"})
