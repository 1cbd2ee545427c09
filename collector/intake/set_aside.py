"""Sets aside what could not be accepted, so that it can be seen, replayed and receipted."""

from __future__ import annotations

from collector.commands import order_new_epoch
from collector.intake.arrival import Arrival
from collector.intake.receipts import Noted
from collector.intake.refusal import Why
from collector.intake.room import Batch
from collector.store import evidence, quarantine
from collector.store.agents import Agent
from collector.store.quarantine_row import Quarantined
from shared.frame import Header
from shared.identity import EventId


def set_aside(
    arrival: Arrival,
    why: Why,
    batch: Batch,
    *,
    agent_id: str,
    agent: Agent | None,
    header: Header | None,
) -> None:
    """Note what was refused, with its reason; a cloned identity is ordered into a new epoch.

    ``header`` is None when it cannot be trusted. ``settle`` writes what was noted.
    """
    if why.forget_sha256:
        evidence.forget_file(batch.db, why.forget_sha256)
    if why.reason == "identity.conflict" and agent is not None:
        order_new_epoch(
            batch.db,
            key=batch.room.command_key,
            agent_id=agent.id,
            organisation_id=agent.organisation_id,
            now=batch.now,
        )
    batch.aside.append(
        Quarantined(
            topic=arrival.topic,
            agent_id=agent_id,
            organisation_id=agent.organisation_id if agent else None,
            identity=identity_of(header),
            lane=header.lane if header else None,
            reason=why.reason,
            detail=why.detail,
            payload=arrival.payload,
        )
    )


def settle(batch: Batch) -> frozenset[tuple[str, EventId]]:
    """Write what the batch set aside; call once, before its commit.

    Returns agent and identity of faults that could not be kept: no receipt may name them.
    """
    unkept = quarantine.add_all(batch.db, batch.aside, now=batch.received_at or batch.now)
    return frozenset((item.agent_id, item.identity) for item in unkept if item.identity)


def identity_of(header: Header | None) -> EventId | None:
    """The row that the header names; None when it names none."""
    if header is None or header.seq == 0:
        return None
    return EventId(header.epoch, header.seq)


def note(agent_id: str, header: Header | None, *, refused: str = "") -> Noted | None:
    """What the receipt says of this row; None when nobody can be told."""
    identity = identity_of(header)
    if not agent_id or identity is None:
        return None
    return Noted(agent_id=agent_id, identity=identity, refused=refused)
