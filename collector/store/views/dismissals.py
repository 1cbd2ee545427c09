"""Verdicts of the machine that people dismissed, with what they said: ruled wrong, or a claim that
was rejected or withdrawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, func, or_, select

from collector.claims.lifecycle import Actor, LineState
from collector.claims.trust import Ruling
from collector.store.scope import Scope
from collector.store.tables import (
    claim_case,
    claim_event,
    claim_line,
    finding,
    passive_verdict,
    ruling,
)
from collector.store.trust import BY_PAGE, newest_ids
from collector.store.views.words import Words, fault_name

_DISMISSED: Final = (LineState.REJECTED.value, LineState.WITHDRAWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """One of them; ``how`` is ruled_wrong, rejected or withdrawn."""

    how: str
    name: Words
    model: str
    reason_code: str
    reason: str
    actor: str
    at: datetime
    place: str  # where it can be looked at
    label: str  # the number of its pre-claim; '' for a verdict


def list_dismissals(db: Connection, scope: Scope, *, limit: int = 50) -> tuple[Dismissal, ...]:
    """The newest of the slice; what people had reported themselves is no word on the machine."""
    found = [*_ruled_wrong(db, scope, limit), *_claims(db, scope, limit)]
    return tuple(sorted(found, key=attrgetter("at"), reverse=True)[:limit])


def _ruled_wrong(db: Connection, scope: Scope, limit: int) -> list[Dismissal]:
    rows = db.execute(
        select(ruling, passive_verdict.c.code, passive_verdict.c.model)
        .join(passive_verdict, passive_verdict.c.decision_id == ruling.c.decision_id)
        .where(
            scope.covers(ruling.c.organisation_id),
            ruling.c.id.in_(newest_ids()),
            ruling.c.ruling == Ruling.WRONG.value,
            ruling.c.via == BY_PAGE,
        )
        .order_by(ruling.c.id.desc())
        .limit(limit)
    )
    return [
        Dismissal(
            how="ruled_wrong",
            name=fault_name(row.code),
            model=row.model,
            reason_code="",
            reason=row.reason,
            actor=row.actor,
            at=row.at,
            place=f"/verdicts/{row.decision_id}",
            label="",
        )
        for row in rows
    ]


def _claims(db: Connection, scope: Scope, limit: int) -> list[Dismissal]:
    """Lines that stand rejected or withdrawn, by the last step that a person took."""
    code = (
        select(func.min(finding.c.code))
        .where(finding.c.line_id == claim_line.c.id)
        .scalar_subquery()
        .label("code")
    )
    steps = [
        claim_event.c.payload_json.contains(f'"to": "{state}"', autoescape=True)
        for state in _DISMISSED
    ]
    rows = db.execute(
        select(claim_event, claim_line.c.model, claim_line.c.state, claim_case.c.number, code)
        .join(claim_line, claim_line.c.id == claim_event.c.line_id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(
            scope.covers(claim_line.c.organisation_id),
            claim_line.c.state.in_(_DISMISSED),
            claim_line.c.via == "agent",
            claim_event.c.type == "moved",
            claim_event.c.role != Actor.SYSTEM.value,
            or_(*steps),
        )
        .order_by(claim_event.c.seq.desc())
        .limit(limit)
    )
    newest: dict[int, Dismissal] = {}
    for row in rows:
        said = json.loads(row.payload_json)
        if said.get("to") == row.state and row.line_id not in newest:
            newest[row.line_id] = Dismissal(
                how=row.state,
                name=fault_name(row.code or ""),
                model=row.model,
                reason_code=str(said.get("reason_code", "")),
                reason=str(said.get("reason", "")),
                actor=row.actor,
                at=row.at,
                place=f"/preclaims/{row.line_id}",
                label=row.number,
            )
    return list(newest.values())
