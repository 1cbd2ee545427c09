"""Stores what an agent says of itself and of how its devices stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from collector.claims.surroundings import CLOSED_EN
from collector.intake.lost_rows import note_lost
from collector.intake.positions import place_of
from collector.intake.quiet import quiet_until
from collector.intake.room import Row
from collector.store import agents, decisions, firmware_changes, positions
from shared.health import DataSpend, Health, LaneDepth, Lost
from shared.reading import Reading


class SelfReport(msgspec.Struct, frozen=True):
    """The part of a health message that pages show, as JSON with names."""

    sent_at: str
    host: tuple[Reading, ...]
    outbox: tuple[LaneDepth, ...]
    lost: tuple[Lost, ...]
    data: DataSpend | None = None


def store_health(health: Health, row: Row) -> None:
    """Keep the agent's word; what is older than the last that was applied changes nothing.

    One that was carried here in a file says how things stood, not how they stand. A hub speaks in
    parts, and one that was sent again comes after later ones: its devices are still told by it.
    """
    note_lost(row, health.lost)
    if not row.is_live:
        return
    is_latest = agents.newer_than_applied(row.agent, row.identity)
    if is_latest and not health.part:
        _note_agent(health, row)
    for device in health.devices:
        place = place_of(
            device.device,
            row,
            of_now=is_latest,
            recorder_firmware=health.recorder_firmware,
        )
        if is_latest or place.is_news:
            positions.note_standing(
                row.db,
                position_id=place.id,
                standing=device.standing,
                reason=device.reason,
                last_good_at=min(device.last_good_at, row.now) if device.last_good_at else None,
                now=row.now,
            )
            if device.hangs_on is not None:
                positions.note_hangs_on(row.db, position_id=place.id, hangs_on=device.hangs_on)


def _note_agent(health: Health, row: Row) -> None:
    """What the agent says of itself, and until when it will be silent."""
    report = SelfReport(
        sent_at=health.sent_at.isoformat(),
        host=health.host,
        outbox=health.outbox,
        lost=health.lost,
        data=health.data,
    )
    until = quiet_until(health, now=row.now)
    _look_again(row, until)
    agents.note_health(
        row.db,
        agent_id=row.agent.id,
        identity=row.identity,
        uplink=health.uplink,
        version=health.agent_version,
        recorder_firmware=health.recorder_firmware,
        health_json=msgspec.json.encode(report).decode(),
        clock_off_s=_clock_off_s(health, row),
        quiet_until=until,
    )
    if health.recorder_firmware != row.agent.recorder_firmware:
        firmware_changes.note_recorder(
            row.db,
            organisation_id=row.agent.organisation_id,
            agent_id=row.agent.id,
            firmware=health.recorder_firmware,
            at=row.received_at,
        )


def _clock_off_s(health: Health, row: Row) -> float:
    """The agent's clock beside ours. A message that was long on its way looks like a slow clock,
    and is followed by the next one."""
    return (health.sent_at - row.received_at).total_seconds()


def _look_again(row: Row, until: datetime | None) -> None:
    """What waited for an agent that is closed no more is judged soon; not before what it kept
    has had time to arrive, for a clearing may be among it."""
    before = row.agent.quiet_until
    if before is None or (until is not None and until >= before):
        return
    due_at = row.now + timedelta(seconds=row.room.policy.recheck_s)
    decisions.hasten(row.db, agent_id=row.agent.id, reason_en=CLOSED_EN, due_at=due_at)
