"""Which function stores which message; one place, so that a new message cannot be forgotten."""

from __future__ import annotations

from typing import assert_never

from collector.intake.refusal import Refusal
from collector.intake.room import Row
from collector.intake.store_evidence import store_chunk
from collector.intake.store_fault import store_evidence_added, store_fault, store_snapshot
from collector.intake.store_health import store_health
from collector.intake.store_telemetry import store_telemetry
from collector.store import commands
from shared.columns import Columns, Outline
from shared.command import CommandResult
from shared.evidence import EvidenceChunk
from shared.fault import EpisodeSnapshot, EvidenceAdded, FaultEvent
from shared.health import Health, Presence, Telemetry
from shared.wire import UpMessage


def store_message(message: UpMessage | Outline, row: Row) -> None:
    """Store what a new row says; Refusal rolls the row back into quarantine."""
    match message:
        case FaultEvent():
            store_fault(message, row)
        case EvidenceAdded():
            store_evidence_added(message, row)
        case EpisodeSnapshot():
            store_snapshot(message, row)
        case EvidenceChunk():
            store_chunk(message, row)
        case Health():
            store_health(message, row)
        case Telemetry() | Outline():
            store_telemetry(message, row)
        case CommandResult():
            commands.note_result(row.db, agent_id=row.agent.id, result=message, now=row.now)
        case Presence() | Columns():  # telemetry is read in outline
            raise Refusal("wire.malformed", "not a row to be stored")
        case _:
            assert_never(message)
