"""Trust that verdicts earn and lose, by fault code, model and kind of proof."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import trust as view
from collector.store.views.dismissals import Dismissal, list_dismissals
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
    dismissals = await house.read(lambda db: list_dismissals(db, scope))
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
            "dismissals": [_dismissal(one) for one in dismissals],
        }
    )


def pair(one: PairStands) -> dict[str, object]:
    """A fault code on a model; bounds are shares, null while no camera is decided."""
    record = one.record
    return {
        "code": one.row.pair.code,
        "model": one.row.pair.model,
        "proof": one.row.pair.proof,
        "standing": one.standing.value,
        "since": when(one.since),
        "verdicts": one.row.verdicts,
        "waiting": one.row.waiting,
        "right": record.right,
        "wrong": record.wrong,
        "cannot_tell": record.cannot_tell,
        "by_claims": record.by_claims,
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
        "proof": one.pair.proof,
        "standing": one.standing,
        "reason_en": one.reason.en,
        "reason_zh": one.reason.zh,
        "at": when(one.at),
    }


def _dismissal(one: Dismissal) -> dict[str, object]:
    return {
        "how": one.how,
        "fault_en": one.name.en,
        "fault_zh": one.name.zh,
        "model": one.model,
        "reason_code": one.reason_code or None,
        "reason": one.reason,
        "actor": one.actor,
        "at": when(one.at),
        "url": one.place,
    }
