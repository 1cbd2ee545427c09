"""Firmware cases and what was found not applicable: three plain lists."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import outcomes
from collector.web.call import Call
from collector.web.render import page


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
