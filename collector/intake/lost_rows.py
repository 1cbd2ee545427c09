"""Keeps what an agent tells as lost, so that a gap in its rows is explained for good."""

from __future__ import annotations

import re
from collections.abc import Iterable

from collector.intake.room import Row
from collector.store import gaps
from shared.health import Lost

# Rows of an earlier epoch say so at the end of their reason.
_OTHER_EPOCH = re.compile(r" \(epoch (\d{1,10}-[0-9a-f]{16})\)$")


def note_lost(row: Row, lost: Iterable[Lost]) -> None:
    """Keep each range under the epoch that it is of."""
    for told in lost:
        other = _OTHER_EPOCH.search(told.reason)
        gaps.note_lost(
            row.db,
            agent_id=row.agent.id,
            organisation_id=row.agent.organisation_id,
            epoch=other.group(1) if other else str(row.identity.epoch),
            lost=told.range,
            lane=told.lane,
            reason=told.reason[: other.start()] if other else told.reason,
            now=row.now,
        )
