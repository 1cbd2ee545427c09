"""Where faults came from: an engineer's decision, and the table suggested beside decided."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.claims.origin.kinds import Origin
from collector.store.views import claims
from collector.store.views import origins as view
from collector.store.views.origins import Agreement
from collector.suggest_origin import NoSuggestionError, ReasonNeededError, decide_origin
from collector.web.call import Call, found
from collector.web.origin_panel import ORIGINS
from collector.web.pages.claims import show_claim
from collector.web.render import page
from collector.web.trust_plot import draw_precision

REASON_LONGEST: Final = 1000


async def decide(call: Call) -> web.StreamResponse:
    """Keep what the engineer decided; without a reason the page asks for it."""
    house, number = call.house, call.number("id")
    found(await house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    decided = {one.value: one for one in Origin}.get(form.get("origin", ""))
    if decided is None:
        raise web.HTTPUnprocessableEntity
    reason = form.get("reason", "").strip()[:REASON_LONGEST]

    def keep(db: Connection) -> bool:
        return decide_origin(
            db,
            line_id=number,
            decided=decided,
            reason=reason,
            actor=call.known.name,
            role=Actor(call.known.role.value),
            now=call.now,
        )

    try:
        await house.write(keep)
    except ReasonNeededError:
        return await show_claim(call, status=422, trouble=call.voice.t("origin.reason.needed"))
    except NoSuggestionError:
        return await show_claim(call, status=409, trouble=call.voice.t("origin.none"))
    return web.Response(status=303, headers={"Location": f"/preclaims/{number}#origin"})


async def show_origins(call: Call) -> web.StreamResponse:
    """The table suggested x decided, and the agreement by model and month."""
    table = await call.house.read(lambda db: view.read_table(db, call.scope))
    return page(
        call,
        "origins.html",
        table=table,
        classes=[
            one
            for one in ORIGINS
            if any(one in cell for cell in table.cells) or one == Origin.UNDETERMINED.value
        ],
        groups=[
            ("origin.by_model", [(one, draw_agreement(call, one)) for one in table.by_model]),
            ("origin.by_month", [(one, draw_agreement(call, one)) for one in table.by_month]),
        ],
        total_bar=draw_agreement(call, table.total),
        pays=[(one.value, call.house.policy.origin.pays[one].value) for one in Origin],
        arrival_days=f"{call.house.policy.origin.arrival_days:g}",
    )


def draw_agreement(call: Call, one: Agreement) -> Markup:
    """The share of right suggestions with its interval; nothing where none was named."""
    if one.interval is None:
        return Markup()
    share = one.agreed / one.named
    return draw_precision(
        share=share,
        interval=one.interval,
        asked=None,
        title=call.voice.t(
            "origin.bar",
            share=f"{share:.0%}",
            lower=f"{one.interval.lower:.0%}",
            upper=f"{one.interval.upper:.0%}",
        ),
    )
