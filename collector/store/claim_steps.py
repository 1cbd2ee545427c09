"""Entries of claims' logs for programs: read again when they are sent, for they never change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, select

from collector.notify.claim_step import ClaimStep, fields_of, name_of
from collector.notify.letter import Notice
from collector.notify.topics import Topic
from collector.store.scope import Scope
from collector.store.tables import claim_case, claim_event, claim_line, finding

STEP = "entry"  # of a notice: entry.SEQ


def step_of(seq: int) -> str:
    """The step of the notice of one entry."""
    return f"{STEP}.{seq}"


def with_steps(db: Connection, found: Sequence[Notice]) -> tuple[Notice, ...]:
    """The notices, those of entries with the entry itself."""
    numbers = {
        one.id: int(one.step.partition(".")[2])
        for one in found
        if one.topic == Topic.CLAIM_EVENT.value
    }
    if not numbers:
        return tuple(found)
    steps = _read(db, sorted(numbers.values()))
    return tuple(replace(one, entry=steps.get(numbers.get(one.id, 0))) for one in found)


def list_steps(db: Connection, scope: Scope, *, after: int, limit: int) -> tuple[ClaimStep, ...]:
    """Entries of the slice's claims behind ``after``, oldest first."""
    numbers = db.execute(
        select(claim_event.c.seq)
        .where(scope.covers(claim_event.c.organisation_id), claim_event.c.seq > after)
        .order_by(claim_event.c.seq)
        .limit(limit)
    )
    found = _read(db, list(numbers.scalars()))
    return tuple(found[seq] for seq in sorted(found))


def _read(db: Connection, numbers: list[int]) -> dict[int, ClaimStep]:
    rows = db.execute(
        select(
            claim_event,
            claim_case.c.number,
            claim_case.c.buyer,
            claim_case.c.maker,
            *(claim_line.c[name] for name in _OF_LINE),
        )
        .join(claim_line, claim_line.c.id == claim_event.c.line_id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(claim_event.c.seq.in_(numbers))
    ).all()
    codes: dict[int, list[str]] = {}
    lines = sorted({row.line_id for row in rows})
    query = select(finding.c.line_id, finding.c.code).where(finding.c.line_id.in_(lines))
    for one in db.execute(query.distinct().order_by(finding.c.line_id, finding.c.code)):
        codes.setdefault(one.line_id, []).append(one.code)
    return {row.seq: _step(row._mapping, codes.get(row.line_id, [])) for row in rows}


_OF_LINE = (
    "state",
    "label_serial",
    "model",
    "batch",
    "component",
    "product",
    "subject",
    "quantity",
    "site_id",
    "warranty_verdict",
    "warranty_until",
    "rma_number",
)


def _step(row: RowMapping, codes: Sequence[str]) -> ClaimStep:
    payload = json.loads(row["payload_json"])
    return ClaimStep(
        seq=row["seq"],
        name=name_of(row["type"], payload),
        at=row["at"],
        actor=row["actor"],
        role=row["role"],
        line_id=row["line_id"],
        number=row["number"],
        state=row["state"],
        serial=row["label_serial"],
        model=row["model"],
        batch=row["batch"],
        component=row["component"],
        product=row["product"],
        subject=row["subject"],
        quantity=row["quantity"],
        site_id=row["site_id"] or "",
        buyer=row["buyer"],
        maker=row["maker"],
        warranty_verdict=row["warranty_verdict"],
        warranty_until=row["warranty_until"],
        rma_number=row["rma_number"],
        codes=tuple(codes),
        fields=fields_of(row["type"], payload),
    )
