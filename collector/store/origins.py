"""Rows of origin_suggestion and origin_decision, and the lines whose suggestion is due again."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, exists, func, insert, or_, select, update

from collector.claims.lifecycle import LineState
from collector.claims.origin.kinds import Origin
from collector.claims.origin.suggest import Suggestion
from collector.store.tables import claim_line, finding, origin_decision, origin_suggestion
from collector.store.upsert import insert_into

BEFORE_SUBMISSION = (LineState.DRAFT.value, LineState.READY.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The suggestion that stands at a line; ``body`` is what :func:`body_of` made."""

    version: int
    origin: Origin
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What an engineer decided, and beside which suggestion."""

    suggested: Origin
    version: int
    decided: Origin
    reason: str
    actor: str
    at: datetime


def body_of(made: Suggestion, *, code: str, is_on_arrival: bool) -> str:
    """The suggestion as it is kept and told: JSON with both languages, in a fixed order."""
    return json.dumps(
        {
            "origin": made.origin.value,
            "code": code,
            "margin": round(made.margin, 4),
            "on_arrival": is_on_arrival,
            "shares": {
                origin.value: round(share, 4) for origin, share in made.shares.items() if share
            },
            "reasons": [
                {
                    "signal": one.signal,
                    "en": one.en,
                    "zh": one.zh,
                    "weights": {origin.value: weight for origin, weight in one.weights.items()},
                }
                for one in made.reasons
            ],
            "not_known": [
                {"signal": one.signal, "en": one.en, "zh": one.zh} for one in made.not_known
            ],
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def told(body: str) -> dict[str, object]:
    """What :func:`body_of` wrote; {} for a text of another form."""
    said = json.loads(body)
    return said if isinstance(said, dict) else {}


def find(db: Connection, line_id: int) -> Kept | None:
    """The suggestion of a line; None when none was made yet."""
    row = db.execute(
        select(origin_suggestion).where(origin_suggestion.c.line_id == line_id)
    ).one_or_none()
    if row is None:
        return None
    return Kept(version=row.version, origin=Origin(row.origin), body=row.body_json)


def keep(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    version: int,
    origin: Origin,
    body: str,
    now: datetime,
) -> None:
    """Put this suggestion in place of the one before."""
    values = {"version": version, "origin": origin.value, "body_json": body, "made_at": now}
    db.execute(
        insert_into(db, origin_suggestion)
        .values(line_id=line_id, organisation_id=organisation_id, **values)
        .on_conflict_do_update(index_elements=["line_id"], set_=values)
    )


def note_looked(db: Connection, *, line_id: int, now: datetime) -> None:
    """It was looked at again and stands as it was."""
    db.execute(
        update(origin_suggestion).where(origin_suggestion.c.line_id == line_id).values(made_at=now)
    )


def ask_again(db: Connection, line_id: int) -> None:
    """More is known of the line: look at its suggestion in the next pass."""
    db.execute(
        update(origin_suggestion).where(origin_suggestion.c.line_id == line_id).values(made_at=None)
    )


def due(
    db: Connection, *, before: datetime, limit: int, but: Collection[int] = ()
) -> tuple[int, ...]:
    """Lines nobody has submitted or decided whose suggestion is older, those that have none first.

    One that was submitted before suggestions were made gets its first one all the same.
    """
    decided = select(origin_decision.c.line_id)
    rows = db.execute(
        select(claim_line.c.id)
        .outerjoin(origin_suggestion, origin_suggestion.c.line_id == claim_line.c.id)
        .where(
            claim_line.c.closed_at.is_(None),
            exists().where(  # of what only people told there is nothing to reckon with
                finding.c.line_id == claim_line.c.id, finding.c.episode_id.is_not(None)
            ),
            claim_line.c.id.not_in(decided),
            claim_line.c.id.not_in(sorted(but)),
            or_(
                origin_suggestion.c.line_id.is_(None),
                claim_line.c.state.in_(BEFORE_SUBMISSION)
                & or_(origin_suggestion.c.made_at.is_(None), origin_suggestion.c.made_at <= before),
            ),
        )
        .order_by(origin_suggestion.c.made_at.nulls_first(), claim_line.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


def is_open_to_change(db: Connection, line_id: int) -> bool:
    """True until the line is submitted or its origin decided: then the suggestion is frozen."""
    row = db.execute(
        select(claim_line.c.state, origin_decision.c.id, origin_suggestion.c.version)
        .outerjoin(origin_decision, origin_decision.c.line_id == claim_line.c.id)
        .outerjoin(origin_suggestion, origin_suggestion.c.line_id == claim_line.c.id)
        .where(claim_line.c.id == line_id)
        .limit(1)
    ).one_or_none()
    if row is None or row.id is not None:
        return False
    return row.version is None or row.state in BEFORE_SUBMISSION


def decide(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    suggested: Origin,
    version: int,
    decided: Origin,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Append an engineer's decision; from now on it holds."""
    db.execute(
        insert(origin_decision).values(
            line_id=line_id,
            organisation_id=organisation_id,
            suggested=suggested.value,
            version=version,
            decided=decided.value,
            reason=reason,
            actor=actor,
            at=now,
        )
    )


def newest_ids() -> Select[tuple[int]]:
    """The ids of the decisions that hold: the newest of each line."""
    return select(func.max(origin_decision.c.id)).group_by(origin_decision.c.line_id)


def newest(db: Connection, line_id: int) -> Decided | None:
    """What holds of a line; None while nobody has decided."""
    row = db.execute(
        select(origin_decision)
        .where(origin_decision.c.line_id == line_id)
        .order_by(origin_decision.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Decided(
        suggested=Origin(row.suggested),
        version=row.version,
        decided=Origin(row.decided),
        reason=row.reason,
        actor=row.actor,
        at=row.at,
    )
