"""Trust that passive verdicts earn, by fault code and model."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import trust as view
from collector.store.views.trust import ChangeRow
from collector.web.api.pages import answer
from collector.web.api.shapes import when
from collector.web.call import Call
from collector.web.pages.trust import PairStands, read_pairs


async def show_trust(call: Call) -> web.StreamResponse:
    """The bar, every pair with its record, and the newest changes; no pages."""
    house, scope = call.house, call.scope
    pairs = await house.read(lambda db: read_pairs(db, scope, house.policy))
    changes = await house.read(lambda db: view.list_changes(db, scope))
    terms = house.policy.trust
    return answer(
        {
            "asked": {
                "cameras": terms.min_cameras,
                "sites": terms.min_sites,
                "lower": terms.min_precision,
                "confidence": terms.confidence,
            },
            "items": [pair(one) for one in pairs],
            "changes": [change(one) for one in changes],
        }
    )


def pair(one: PairStands) -> dict[str, object]:
    """A fault code on a model; bounds are shares, null while no camera is decided."""
    record = one.record
    return {
        "code": one.row.pair.code,
        "model": one.row.pair.model,
        "standing": one.standing.value,
        "since": when(one.since),
        "verdicts": one.row.verdicts,
        "waiting": one.row.waiting,
        "right": record.right,
        "wrong": record.wrong,
        "cannot_tell": record.cannot_tell,
        "cameras": record.cameras,
        "cameras_right": record.cameras_right,
        "sites": record.sites,
        "lower": record.interval.lower if record.interval else None,
        "upper": record.interval.upper if record.interval else None,
    }


def change(one: ChangeRow) -> dict[str, object]:
    """How a pair stood from a moment on."""
    return {
        "code": one.pair.code,
        "model": one.pair.model,
        "standing": one.standing,
        "reason_en": one.reason.en,
        "reason_zh": one.reason.zh,
        "at": when(one.at),
    }
