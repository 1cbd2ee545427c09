"""Stores a batch of readings: as it came, once; a job merges it into days later."""

from __future__ import annotations

from collector.intake.positions import bare_position
from collector.intake.room import Row
from collector.store import telemetry
from collector.telemetry.message import devices_in
from shared.columns import Outline
from shared.health import Telemetry


def store_telemetry(message: Outline | Telemetry, row: Row) -> None:
    """Keep the frame, and a position for each device that it names."""
    for device_id in devices_in(message):
        bare_position(device_id, row)
    telemetry.add_batch(
        row.db,
        agent_id=row.agent.id,
        organisation_id=row.agent.organisation_id,
        payload=row.payload,
        now=row.received_at,
    )
