"""Makes and renews the suggested origin of claim lines, and keeps what engineers decide.

A suggestion is made when a line opens and looked at again while nobody has submitted the line or
decided its origin; then it is frozen with its version. Each version, and each decision, stands in
the line's event log.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.claims.origin.arrival_signs import is_on_arrival
from collector.claims.origin.kinds import Origin
from collector.claims.origin.suggest import suggest
from collector.claims.policy import Policy
from collector.origin_facts import gather
from collector.store import cases, meta, origin_subject, origins

AT_ONCE: Final = 20  # the others wait for the next pass


class ReasonNeededError(ValueError):
    """Deciding an origin takes a reason: it says who pays."""


class NoSuggestionError(ValueError):
    """Nothing was suggested yet: there is nothing to decide about."""


def due(
    db: Connection, *, policy: Policy, but: Collection[int] = (), now: datetime
) -> tuple[int, ...]:
    """Lines whose suggestion is to be made or looked at again, those without one first."""
    before = now - timedelta(hours=policy.origin.renew_hours)
    return origins.due(db, before=before, limit=AT_ONCE, but=but)


def renew(db: Connection, line_id: int, *, policy: Policy, now: datetime) -> bool:
    """Suggest from what is known now; False when that changes nothing, or nothing may change."""
    if not origins.is_open_to_change(db, line_id):
        return False
    subject = origin_subject.read(db, line_id)
    if subject is None:
        return False
    facts = gather(db, subject, policy=policy, now=now)
    made = suggest(facts, policy.origin)
    body = origins.body_of(
        made, code=subject.code, is_on_arrival=is_on_arrival(facts, policy.origin)
    )
    before = origins.find(db, line_id)
    if before is not None and before.body == body:
        origins.note_looked(db, line_id=line_id, now=now)
        return False
    version = 1 if before is None else before.version + 1
    origins.keep(
        db,
        line_id=line_id,
        organisation_id=subject.organisation_id,
        version=version,
        origin=made.origin,
        body=body,
        now=now,
    )
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=subject.organisation_id,
        actor="collector",
        role=Actor.SYSTEM.value,
        type_="origin_suggested",
        payload={"version": version, **origins.told(body)},
        now=now,
    )
    return True


def decide_origin(
    db: Connection,
    *,
    line_id: int,
    decided: Origin,
    reason: str,
    actor: str,
    role: Actor,
    now: datetime,
) -> bool:
    """Keep what an engineer decides; False when that is what holds already.

    ReasonNeededError without a reason, NoSuggestionError before anything was suggested. The caller
    has checked the role, and that the line is within the engineer's scope.
    """
    if not reason:
        raise ReasonNeededError("deciding an origin needs a reason")
    kept, known = origins.find(db, line_id), cases.state_of(db, line_id)
    if kept is None or known is None:
        raise NoSuggestionError("nothing was suggested for this line")
    holds = origins.newest(db, line_id)
    if holds is not None and (holds.decided, holds.reason, holds.actor) == (decided, reason, actor):
        return False
    _, organisation_id = known
    origins.decide(
        db,
        line_id=line_id,
        organisation_id=organisation_id,
        suggested=kept.origin,
        version=kept.version,
        decided=decided,
        reason=reason,
        actor=actor,
        now=now,
    )
    payload: dict[str, object] = {
        "origin": decided.value,
        "suggested": kept.origin.value,
        "version": kept.version,
        "reason": reason,
    }
    if holds is not None:
        payload["before"] = holds.decided.value
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=organisation_id,
        actor=actor,
        role=role.value,
        type_="origin_decided",
        payload=payload,
        now=now,
    )
    meta.note(
        db,
        actor=actor,
        action="origin.decided",
        detail=f"line {line_id}: {decided.value} (suggested {kept.origin.value}): {reason}",
        now=now,
    )
    return True
