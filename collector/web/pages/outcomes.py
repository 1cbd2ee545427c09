"""What was found not applicable, stayed in shadow or went by itself: three plain lists."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import outcomes
from collector.web.call import Call
from collector.web.render import page


async def show_dismissed(call: Call) -> web.StreamResponse:
    """What opened nothing, and why; shadow verdicts and transients on their own tabs."""
    asked = call.asked("outcome")
    outcome = asked if asked in {"not_applicable", "shadow", "transient"} else "not_applicable"
    rows = await call.house.read(
        lambda db: outcomes.list_decisions(db, call.scope, outcome=outcome)
    )
    return page(call, "dismissed.html", rows=rows, outcome=outcome)
