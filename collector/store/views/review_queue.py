"""The factory's queue: submitted lines by what is due first, with a picture and their peers."""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from collector.claims.lifecycle import LineState
from collector.store.scope import Scope
from collector.store.tables import (
    claim_file,
    claim_line,
    evidence_file,
    finding,
    manifest,
    manifest_item,
)
from collector.store.views.claims import PreClaim, by_ids
from shared.evidence import EvidenceKind, is_thumbnail

S = LineState


class Turn(enum.Enum):
    """Whose word a submitted line waits for."""

    FACTORY = "factory"
    BUYER = "buyer"
    PROOF = "proof"  # sent or credited: the probe's
    OWED = "owed"  # replaced ahead: the buyer's, for the old unit


STATES: Final = {
    Turn.FACTORY: (S.SUBMITTED, S.IN_REVIEW, S.RECEIVED, S.APPROVED, S.RESOLVING),
    Turn.BUYER: (S.NEED_INFO, S.AWAITING_RETURN),
    Turn.PROOF: (S.FULFILLED,),
    Turn.OWED: (S.RESOLVING, S.FULFILLED, S.RESOLVED, S.CLOSED),
}
_SHOWN: Final = (EvidenceKind.REFERENCE.value, EvidenceKind.PICTURE.value)


def list_queue(
    db: Connection, scope: Scope, turn: Turn, *, skip: int = 0, limit: int = 50
) -> tuple[PreClaim, ...]:
    """Lines that wait for this turn: the first due first, then what no clock runs for; of old
    units those owed longest first."""
    due = claim_line.c.owed_since if turn is Turn.OWED else claim_line.c.due_at
    rows = db.execute(
        select(claim_line.c.id)
        .where(scope.covers(claim_line.c.organisation_id), _waits_for(turn))
        .order_by(due.is_(None), due, claim_line.c.id)
        .offset(skip)
        .limit(limit)
    )
    return by_ids(db, scope, list(rows.scalars()))


def count_queue(db: Connection, scope: Scope) -> dict[str, int]:
    """How many lines wait, by turn."""
    return {
        turn.value: db.execute(
            select(func.count())
            .select_from(claim_line)
            .where(scope.covers(claim_line.c.organisation_id), _waits_for(turn))
        ).scalar_one()
        for turn in Turn
    }


def _waits_for(turn: Turn) -> ColumnElement[bool]:
    """A buyer who proposed another resolution waits for the factory, wherever the unit is."""
    its = claim_line.c.state.in_([state.value for state in STATES[turn]])
    countered = (claim_line.c.state == S.AWAITING_RETURN.value) & (
        claim_line.c.path_said == "countered"
    )
    match turn:
        case Turn.FACTORY:
            return or_(its, countered)
        case Turn.BUYER:
            return and_(its, not_(countered))
        case Turn.OWED:
            return claim_line.c.owed_since.is_not(None)
        case _:
            return its


def pictures(
    db: Connection, scope: Scope, lines: Collection[int]
) -> dict[int, tuple[tuple[str, str], ...]]:
    """``(kind, URL)`` of the newest whole reference and fault picture of each line, and of one
    photo where a person brought it."""
    found: dict[int, dict[str, str]] = {}
    brought = db.execute(
        select(claim_file.c.line_id, claim_file.c.sha256)
        .where(
            scope.covers(claim_file.c.organisation_id),
            claim_file.c.line_id.in_(lines),
            claim_file.c.kind == "photo",
        )
        .order_by(claim_file.c.id)
    )
    for row in brought:
        found.setdefault(row.line_id, {})["photo"] = f"/preclaims/{row.line_id}/files/{row.sha256}"
    signed = db.execute(
        select(
            finding.c.line_id, manifest_item.c.kind, manifest_item.c.name, manifest_item.c.sha256
        )
        .join(manifest, manifest.c.episode_id == finding.c.episode_id)
        .join(manifest_item, manifest_item.c.manifest_id == manifest.c.id)
        .join(evidence_file, evidence_file.c.sha256 == manifest_item.c.sha256)
        .where(
            scope.covers(finding.c.organisation_id),
            finding.c.line_id.in_(lines),
            manifest_item.c.kind.in_(_SHOWN),
            evidence_file.c.complete.is_(True),
        )
        .order_by(manifest_item.c.manifest_id, manifest_item.c.number)
    )
    for item in signed:
        if not is_thumbnail(item.name):
            found.setdefault(item.line_id, {})[item.kind] = f"/evidence/{item.sha256}"
    return {
        line: tuple((kind, urls[kind]) for kind in (*_SHOWN, "photo") if kind in urls)[:2]
        for line, urls in found.items()
    }


def peers(db: Connection, scope: Scope, batches: Collection[str]) -> dict[tuple[str, str], int]:
    """How many lines of a batch claim the same fault, by batch and code."""
    rows = db.execute(
        select(
            claim_line.c.batch,
            finding.c.code,
            func.count(claim_line.c.id.distinct()).label("lines"),
        )
        .join(finding, finding.c.line_id == claim_line.c.id)
        .where(
            scope.covers(claim_line.c.organisation_id),
            claim_line.c.batch.in_(sorted(batches)),
        )
        .group_by(claim_line.c.batch, finding.c.code)
    )
    return {(row.batch, row.code): row.lines for row in rows}
