"""Reads what happened to pre-claims since the last look, and what a message of one names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select, true

from collector.claims import event_words, no_fault, partner_words, story_return
from collector.claims.problem import Both
from collector.store.news import MOST_AT_ONCE
from collector.store.tables import claim_case, claim_event, claim_line, finding, position, site

_WITH_WORDS: Final = frozenset(
    {
        "moved",
        "path_offered",
        "path_countered",
        event_words.CORRECTED,
        story_return.RETURNED,
        story_return.WAIVED,
        no_fault.JUDGED,
        no_fault.FEE_WAIVED,
        partner_words.ANSWERED,
        partner_words.MERGED,
        partner_words.DENIED,
        partner_words.REPLIED,
    }
)
_PEOPLE_ARE_TOLD: Final = ("opened", *sorted(_WITH_WORDS))
_CODE: Final = (
    select(func.min(finding.c.code))
    .where(finding.c.line_id == claim_line.c.id)
    .scalar_subquery()
    .label("code")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNews:
    """A pre-claim was opened or moved, or its log says something else."""

    seq: int
    at: datetime
    line_id: int
    organisation_id: str
    number: str
    state: str  # now
    type: str
    to: str  # by this step; 'draft' for opened, '' for what moves nothing
    rule: int  # the row of the table that moved it; 0 for what moves nothing
    reason: str
    values: Both  # what it says beside the reason, as before and after a correction
    site_id: str
    site_name: str
    position_id: int | None
    device_name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What a message about a pre-claim names."""

    organisation_id: str
    number: str
    site_id: str
    site_name: str
    position_id: int | None
    device_name: str
    code: str


def claim_steps_after(
    db: Connection, last: int, *, only_moves: bool = True
) -> tuple[ClaimNews, ...]:
    """Openings and moves with a higher number, or every entry."""
    rows = db.execute(
        select(
            claim_event,
            claim_line.c.state,
            claim_line.c.site_id,
            site.c.name.label("site_name"),
            claim_line.c.position_id,
            claim_line.c.label_serial,
            claim_line.c.batch,
            position.c.name.label("device_name"),
            position.c.device_id,
            claim_case.c.number,
            _CODE,
        )
        .join(claim_line, claim_line.c.id == claim_event.c.line_id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(site, site.c.id == claim_line.c.site_id)
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .where(
            claim_event.c.seq > last,
            claim_event.c.type.in_(_PEOPLE_ARE_TOLD) if only_moves else true(),
        )
        .order_by(claim_event.c.seq)
        .limit(MOST_AT_ONCE)
    )
    found: list[ClaimNews] = []
    for row in rows:
        said = json.loads(row.payload_json)
        found.append(
            ClaimNews(
                seq=row.seq,
                at=row.at,
                line_id=row.line_id,
                organisation_id=row.organisation_id,
                number=row.number,
                state=row.state,
                type=row.type,
                to=_target(row.type, said),
                rule=rule if isinstance(rule := said.get("rule"), int) else 0,
                reason=str(said.get("reason", "")) if row.type in _WITH_WORDS else "",
                values=event_words.values_of(row.type, said),
                site_id=row.site_id or "",
                site_name=row.site_name or "–",
                position_id=row.position_id,
                device_name=row.device_name or row.device_id or row.label_serial or row.batch,
                code=row.code or "",
            )
        )
    return tuple(found)


def _target(type_: str, said: Mapping[str, object]) -> str:
    match type_:
        case "opened":
            return "draft"
        case "moved":
            return str(said.get("to", ""))
        case _:
            return ""


def claim_facts(db: Connection, line_id: int) -> ClaimFacts | None:
    """What to name; None when there is no such line."""
    row = db.execute(
        select(
            claim_line,
            claim_case.c.number,
            site.c.name.label("site_name"),
            position.c.name.label("device_name"),
            position.c.device_id,
            _CODE,
        )
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(site, site.c.id == claim_line.c.site_id)
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .where(claim_line.c.id == line_id)
    ).one_or_none()
    if row is None:
        return None
    return ClaimFacts(
        organisation_id=row.organisation_id,
        number=row.number,
        site_id=row.site_id or "",
        site_name=row.site_name or "–",
        position_id=row.position_id,
        device_name=row.device_name or row.device_id or row.label_serial or row.batch,
        code=row.code or "",
    )
