"""Receipts for a committed batch, by agent and epoch, cut to the contract's limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from shared.identity import Epoch, EventId
from shared.receipt import Receipt, Refused, ranges_of

MAX_RANGES = 256
MAX_REFUSED = 64
MAX_REASON = 400


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """One row that may be receipted; ``refused`` is the reason when it was quarantined."""

    agent_id: str
    identity: EventId
    refused: str = ""


def receipts_for(
    noted: Iterable[Noted], *, generation: str, now: datetime
) -> tuple[tuple[str, Receipt], ...]:
    """``(agent_id, receipt)`` pairs; several for one agent where one would be too long."""
    by_agent: dict[tuple[str, Epoch], list[Noted]] = {}
    for note in noted:
        by_agent.setdefault((note.agent_id, note.identity.epoch), []).append(note)
    made: list[tuple[str, Receipt]] = []
    for (agent_id, epoch), notes in by_agent.items():
        ranges = ranges_of(note.identity.seq for note in notes if not note.refused)
        refusals = {note.identity.seq: note.refused for note in notes if note.refused}
        refused = tuple(
            Refused(seq, reason[:MAX_REASON]) for seq, reason in sorted(refusals.items())
        )
        count = max(_parts(ranges, MAX_RANGES), _parts(refused, MAX_REFUSED))
        for i in range(count):
            receipt = Receipt(
                epoch=epoch,
                generation=generation,
                collector_at=now,
                ranges=ranges[i * MAX_RANGES : (i + 1) * MAX_RANGES],
                refused=refused[i * MAX_REFUSED : (i + 1) * MAX_REFUSED],
            )
            made.append((agent_id, receipt))
    return tuple(made)


def _parts(items: Sequence[object], size: int) -> int:
    return (len(items) + size - 1) // size
