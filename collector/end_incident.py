"""Ends an incident: what is still wrong is judged after it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.store import decisions, incidents, outlived

# A gap in the recordings of the lost time stays there; the incident explains it for good.
TELLS_OF_THE_PAST: Final = frozenset({"recording.gap"})


def end_incident(db: Connection, incident_id: int, *, policy: Policy, now: datetime) -> None:
    """Close, and give what is still wrong a hold of its own: devices need time to come back."""
    incidents.close(db, incident_id=incident_id, now=now)
    for left in outlived.of_incident(db, incident_id=incident_id):
        if left.code in TELLS_OF_THE_PAST:
            continue
        due_at = now + policy.due_after(left.code, left.promised_within_s)
        decisions.reopen(db, decision_id=left.decision_id, due_at=due_at)
