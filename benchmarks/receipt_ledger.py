"""What receipts said of mutated payloads, beside what was sent and what the store has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import Connection, Select, select

from collector.intake.arrival import Arrival
from collector.intake.ingest import Ingested
from collector.store import tables
from collector.store.quarantine_share import COMES_AGAIN
from shared import frame, topics
from shared.frame import FrameError, Lane

Row: TypeAlias = tuple[str, str, int]  # agent, epoch, seq
_NEVER_KEPT = Lane.PRESENCE  # from here on nothing has a row


@dataclass(slots=True)
class ReceiptLedger:
    """Accepted must be what is stored, refused what is kept or no fault; nobody else is named."""

    accepted: set[Row] = field(default_factory=set)
    refused_faults: set[Row] = field(default_factory=set)
    wrong: int = 0

    def note(self, batch: Sequence[Arrival], done: Ingested) -> None:
        """Take in what was sent at once and the receipts that came of it."""
        sent = dict(filter(None, map(_row_of, batch)))
        accepted = {
            (agent, str(receipt.epoch), seq)
            for agent, receipt in done.receipts
            for one in receipt.ranges
            for seq in range(one.first, one.last + 1)
        }
        refused = {
            (agent, str(receipt.epoch), one.seq)
            for agent, receipt in done.receipts
            for one in receipt.refused
        }
        ends = done.counts
        self.accepted |= accepted
        self.refused_faults |= {row for row in refused if sent.get(row) == Lane.FAULT}
        unsaid = {row for row, lane in sent.items() if lane != Lane.FAULT} - accepted - refused
        self.wrong += len((accepted | refused) - sent.keys()) + len(unsaid)
        self.wrong += len(refused & self.accepted)
        self.wrong += max(0, ends.stored - len(accepted))
        self.wrong += max(0, len(accepted) - ends.stored - ends.duplicate)

    def at_odds(self, db: Connection) -> int:
        """How many receipts were wrong, missing, or named rows that the store does not have."""
        stored = _rows(
            db, select(tables.frame.c.agent_id, tables.frame.c.epoch, tables.frame.c.seq)
        )
        kept = _rows(
            db,
            select(
                tables.quarantine.c.agent_id, tables.quarantine.c.epoch, tables.quarantine.c.seq
            ).where(
                tables.quarantine.c.lane == Lane.FAULT.value,
                tables.quarantine.c.seq.is_not(None),
                tables.quarantine.c.reason != COMES_AGAIN,
                tables.quarantine.c.agent_id != "",
            ),
        )
        return self.wrong + len(stored ^ self.accepted) + len(kept ^ self.refused_faults)


def _row_of(arrival: Arrival) -> tuple[Row, int] | None:
    """Row and lane of a payload that must be receipted, unless it is a fault not kept."""
    topic = topics.parse_up(arrival.topic)
    try:
        header = frame.unpack(arrival.payload).header
        is_of_topic = (
            topic is not None
            and header.lane < _NEVER_KEPT
            and Lane(header.lane).name.lower() == topic.leaf
        )
    except FrameError as error:
        if error.header is None:
            return None
        header, is_of_topic = error.header, True
    if topic is None or header.seq == 0 or not is_of_topic:
        return None
    return (topic.agent_id, str(header.epoch), header.seq), header.lane


def _rows(db: Connection, query: Select[tuple[str, str, int]]) -> set[Row]:
    return {(row.agent_id, row.epoch, row.seq) for row in db.execute(query)}
