"""Looks at tasks that somebody called done: verified when the fault is over, else returned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.claims.revisit import Step, judge
from collector.store import tasks


def verify_tasks(db: Connection, *, policy: Policy, now: datetime) -> int:
    """Judge each; how many were verified or returned."""
    moved = 0
    for one in tasks.to_verify(db):
        known = one.known
        grace = policy.verified_after(known.code, one.promised_within_s)
        match judge(known, grace=grace, now=now):
            case Step.VERIFIED:
                moved += tasks.close(db, position_id=one.position_id, code=known.code, now=now)
            case Step.RETURNED:
                moved += tasks.return_(db, task_id=one.id, done_at=known.done_at, now=now)
            case _:
                pass
    return moved
