"""Telemetry that cannot be merged, as rows for the quarantine."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from collector.store.quarantine_row import Quarantined
from collector.store.telemetry import RawBatch
from shared import topics
from shared.frame import Lane

log = logging.getLogger(__name__)

DAMAGED: Final = "store.damaged"
TOO_OLD: Final = "telemetry.too_old"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A batch that cannot be merged: the quarantine's reason, and what exactly is wrong."""

    batch: RawBatch
    reason: str
    why: str


def aside_of_batch(agent_id: str, organisation_id: str, one: Unread) -> Quarantined:
    """A batch that cannot be merged, for the quarantine."""
    return aside_of(
        agent_id,
        organisation_id,
        f"telemetry of {one.batch.received_at.isoformat()}",
        one.batch.payload,
        why=one.why,
        reason=one.reason,
    )


def aside_of(
    agent_id: str,
    organisation_id: str,
    what: str,
    payload: bytes,
    *,
    why: str,
    reason: str = DAMAGED,
) -> Quarantined:
    """For the quarantine: it was receipted and comes no more, so it is no noise."""
    log.error("%s of agent %s cannot be merged and is set aside: %s", what, agent_id, why)
    return Quarantined(
        topic=topics.up(agent_id, Lane.TELEMETRY),
        agent_id=agent_id,
        organisation_id=organisation_id,
        identity=None,  # the row itself is in table frame, and stays there
        lane=Lane.TELEMETRY.value,
        reason=reason,
        detail=f"{what} cannot be merged: {why}"[:400],
        payload=payload,
    )
