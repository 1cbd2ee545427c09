"""The logs of all claims as one feed: what a webhook brings, for whoever asks instead."""

from __future__ import annotations

from aiohttp import web

from collector.notify import claim_step
from collector.notify.claim_step import ClaimStep
from collector.store import claim_steps
from collector.web.api import shapes
from collector.web.api.pages import answer_page, read_cursor
from collector.web.call import Call


async def list_claim_events(call: Call) -> web.StreamResponse:
    """Entries of claims' logs, oldest first; the cursor is the sequence to go on behind."""
    cursor = read_cursor(call)
    rows = await call.house.read(
        lambda db: claim_steps.list_steps(
            db, call.scope, after=cursor.place, limit=cursor.limit + 1
        )
    )
    return answer_page(rows, cursor, shape=_shape, place=lambda row: row.seq)


def _shape(row: ClaimStep) -> dict[str, object]:
    return {
        "sequence": row.seq,
        "type": f"preclaim.claim.{row.name}",
        "at": shapes.when(row.at),
        **claim_step.tell(row),
        "url": f"/preclaims/{row.line_id}",
    }
