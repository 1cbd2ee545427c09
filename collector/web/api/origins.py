"""Fault origin: of one pre-claim, and the table suggested beside decided."""

from __future__ import annotations

from aiohttp import web

from collector.claims.origin.terms import OriginTerms
from collector.store.views import origins as view
from collector.store.views.origins import Agreement, OriginFile, ReasonRow
from collector.web.api.pages import answer
from collector.web.api.shapes import when
from collector.web.call import Call
from collector.web.origin_panel import payer_of


async def show_origins(call: Call) -> web.StreamResponse:
    """Counts suggested x decided, and the agreement; no pages."""
    table = await call.house.read(lambda db: view.read_table(db, call.scope))
    return answer(
        {
            "items": [
                {"suggested": suggested, "decided": decided, "lines": count}
                for (suggested, decided), count in sorted(table.cells.items())
            ],
            "waiting": table.waiting,
            "total": agreement(table.total),
            "by_model": [agreement(one) for one in table.by_model],
            "by_month": [agreement(one) for one in table.by_month],
        }
    )


def agreement(one: Agreement) -> dict[str, object]:
    """A group; bounds are shares, null where nothing was named."""
    return {
        "name": one.name,
        "decided": one.decided,
        "named": one.named,
        "agreed": one.agreed,
        "lower": one.interval.lower if one.interval else None,
        "upper": one.interval.upper if one.interval else None,
    }


def origin(file: OriginFile, terms: OriginTerms) -> dict[str, object]:
    """What stands at a pre-claim; ``decided`` is null while no engineer has."""
    holds = file.holds
    return {
        "suggested": file.origin,
        "version": file.version,
        "frozen": file.is_frozen,
        "margin": file.margin,
        "margin_asked": terms.margin,
        "shares": dict(file.shares),
        "reasons": [_reason(one) for one in file.reasons],
        "not_known": [_reason(one) for one in file.not_known],
        "decided": None
        if holds is None
        else {
            "origin": holds.decided,
            "suggested": holds.suggested,
            "version": holds.version,
            "reason": holds.reason,
            "actor": holds.actor,
            "at": when(holds.at),
        },
        "shipping_paid_by": payer_of(file, terms).value,
    }


def _reason(one: ReasonRow) -> dict[str, object]:
    return {
        "signal": one.signal,
        "en": one.words.en,
        "zh": one.words.zh,
        "weights": dict(one.weights),
    }
