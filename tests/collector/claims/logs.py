"""Random logs of claim lines: every step is one that the table allows, with the fields it asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from collector.claims.lifecycle import Actor, LineState, moves_for
from collector.claims.story import LogEvent

BEGIN: Final = datetime(2026, 2, 6, 2, 0, tzinfo=UTC)
FIELDS: Final[dict[LineState, dict[str, object]]] = {
    LineState.NEED_INFO: {"missing": ["picture", "clip"]},
    LineState.APPROVED: {"path": "replace_unit", "origin": "factory", "rma_number": "RMA-1"},
    LineState.REJECTED: {"reason_code": "other"},
    LineState.RECEIVED: {"scanned_serial": "SC24010001"},
    LineState.FULFILLED: {"tracking": "SF1", "new_serial": "SC26010009"},
    LineState.MERGED: {"into": 3},
}
BESIDES: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    ("held", {"reason": "waits for the mould"}),
    ("released", {}),
    ("finding_added", {"code": "battery.not_charging"}),
    ("evidence_arrived", {"items": ["picture"]}),
    ("reminded", {"number": 1}),
    ("path_countered", {"counter": "credit"}),
    ("path_accepted", {}),
    ("corrected", {"field": "rma_number", "old": "RMA-1", "new": "RMA-7"}),
    ("corrected", {"field": "new_serial", "old": "SC26010009", "new": "SC26010008"}),
    ("origin_decided", {"origin": "user"}),
    ("unit_returned", {"scanned_serial": "SC24010001"}),
    ("return_judged", {"finding": "no_fault_found", "fee": "25.00 GBP", "fee_payer": "customer"}),
    ("fee_waived", {"by": "PC-2026-000002"}),
    ("return_reminded", {"number": 1}),
    ("frozen", {"by": "duplicate_serial"}),
    ("thawed", {}),
    ("a type of a newer version", {"what": 1}),
)


@st.composite
def logs(draw: st.DrawFn, most: int = 25) -> tuple[LogEvent, ...]:
    """A log that begins with its opening; seqs have gaps, as one table holds many lines."""
    at, seq, state = BEGIN, draw(st.integers(1, 5)), LineState.DRAFT
    found = [LogEvent(seq=seq, at=at, actor="collector", role="system", type="opened", payload={})]
    for _ in range(draw(st.integers(0, most))):
        at += timedelta(minutes=draw(st.integers(0, 60 * 24 * 9)))
        seq += draw(st.integers(1, 9))
        role = draw(st.sampled_from(list(Actor)))
        moves = moves_for(source=state, actor=role)
        if moves and draw(st.booleans()):
            move = draw(st.sampled_from(moves))
            payload: dict[str, object] = {
                "from": state.value,
                "to": move.target.value,
                "rule": move.number,
                "reason": "because",
                **FIELDS.get(move.target, {}),
            }
            if draw(st.booleans()):  # by a partner's collector, whose clock may say anything
                apart = timedelta(hours=draw(st.integers(-9000, 90)))
                payload["said_at"] = (at + apart).isoformat()
            kind, state = "moved", move.target
        else:
            kind, payload = draw(st.sampled_from(BESIDES))
        found.append(
            LogEvent(seq=seq, at=at, actor="x", role=role.value, type=kind, payload=payload)
        )
    return tuple(found)
