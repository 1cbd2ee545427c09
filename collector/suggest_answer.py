"""What the machine puts into an engineer's form: path, origin, RMA number, and who then pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.claims.origin.kinds import Origin, Payer
from collector.claims.origin.shipping import payer
from collector.claims.policy import Policy
from collector.claims.rma import suggest_rma
from collector.claims.story import Story
from collector.claims.suggest_path import SuggestedPath, suggest_path
from collector.store import answers, origins, units


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedAnswer:
    """What is filled in; an engineer may write something else everywhere."""

    path: SuggestedPath
    origin: Origin
    is_decided: bool  # an engineer decided the origin already
    rma_number: str
    is_on_arrival: bool
    payer: Payer


def suggest_answer(
    db: Connection, line_id: int, story: Story, *, policy: Policy, now: datetime
) -> SuggestedAnswer:
    """What fits the line by what is known now; LookupError when there is no such line."""
    line = answers.read(db, line_id)
    kept, decided = origins.find(db, line_id), origins.newest(db, line_id)
    if decided is not None:
        origin = decided.decided
    elif story.origin:
        origin = Origin(story.origin)
    else:
        origin = kept.origin if kept else Origin.UNDETERMINED
    on_arrival = is_on_arrival(db, line_id, policy=policy)
    return SuggestedAnswer(
        path=suggest_path(
            component=line.component,
            origin=origin,
            is_on_arrival=on_arrival,
            subject=line.subject,
        ),
        origin=origin,
        is_decided=decided is not None or bool(story.origin),
        rma_number=suggest_rma(
            line.case_number,
            kept=story.rma_number,
            kept_at=story.rma_at,
            valid=policy.clocks.rma_valid,
            now=now,
        ),
        is_on_arrival=on_arrival,
        payer=payer(origin, is_on_arrival=on_arrival, terms=policy.origin),
    )


def is_on_arrival(db: Connection, line_id: int, *, policy: Policy) -> bool:
    """Whether the unit was faulty when it arrived: by what its agent saw, else by the day on which
    a person reported it, which is no signed observation and counts from the report on."""
    kept = origins.find(db, line_id)
    if kept is not None:
        return origins.told(kept.body).get("on_arrival") is True
    line = answers.read(db, line_id)
    unit = units.find(db, line.label_serial) if line.label_serial else None
    if unit is None or unit.delivered_on is None or line.reported_at is None:
        return False
    day = line.reported_at.astimezone(ZoneInfo(policy.zone)).date()
    since = day - unit.delivered_on
    return timedelta(0) <= since <= timedelta(days=policy.origin.arrival_days)
