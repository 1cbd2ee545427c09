"""Stores what an agent says of itself and of how its devices stand, and batches of readings."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from collector.intake.lost_rows import note_lost
from collector.intake.positions import bare_position, place_of
from collector.intake.room import Row
from collector.store import agents, positions
from shared.columns import Columns, unfold
from shared.health import Health, LaneDepth, Lost, Telemetry
from shared.reading import Reading


class SelfReport(msgspec.Struct, frozen=True):
    """The part of a health message that pages show, as JSON with names."""

    sent_at: str
    host: tuple[Reading, ...]
    outbox: tuple[LaneDepth, ...]
    lost: tuple[Lost, ...]


def store_health(health: Health, row: Row) -> None:
    """Keep the agent's word; a health message older than the last applied changes nothing.

    One that was carried here in a file says how things stood, not how they stand.
    """
    note_lost(row, health.lost)
    if not row.is_live or not agents.newer_than_applied(row.agent, row.identity):
        return
    report = SelfReport(
        sent_at=health.sent_at.isoformat(),
        host=health.host,
        outbox=health.outbox,
        lost=health.lost,
    )
    agents.note_health(
        row.db,
        agent_id=row.agent.id,
        identity=row.identity,
        uplink=health.uplink,
        version=health.agent_version,
        recorder_firmware=health.recorder_firmware,
        health_json=msgspec.json.encode(report).decode(),
    )
    for device in health.devices:
        place = place_of(device.device, row)
        positions.note_standing(
            row.db,
            position_id=place.id,
            standing=device.standing,
            reason=device.reason,
            last_good_at=min(device.last_good_at, row.now) if device.last_good_at else None,
            now=row.now,
        )


def store_telemetry(batch: Telemetry, row: Row) -> None:
    """Keep the readings of each device; the form that the first agents send."""
    _store_readings(
        ((device.device_id, one) for device in batch.devices for one in device.readings), row
    )


def store_columns(batch: Columns, row: Row) -> None:
    """The same from columns."""
    _store_readings(unfold(batch), row)


def _store_readings(readings: Iterable[tuple[str, Reading]], row: Row) -> None:
    """A time ahead of ours is taken for now."""
    places: dict[str, int] = {}
    for device_id, reading in readings:
        if device_id not in places:
            places[device_id] = bare_position(device_id, row)
        positions.note_reading(
            row.db,
            position_id=places[device_id],
            organisation_id=row.agent.organisation_id,
            reading=reading,
            taken_at=min(reading.taken_at, row.now),
            now=row.now,
        )
