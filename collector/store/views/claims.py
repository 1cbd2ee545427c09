"""Pre-claims as lists show them, and how much of their evidence has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select

from collector.claims.report_items import NOTHING_TOLD, Told
from collector.store import finding_times, reports
from collector.store.distinct import values_of
from collector.store.profiles import HOLDS, UNFOUNDED, Carried, carried_of
from collector.store.scope import Scope
from collector.store.tables import (
    claim_case,
    claim_line,
    evidence_file,
    finding,
    manifest,
    manifest_item,
    position,
    site,
)
from collector.store.views.claim_page import ClaimFilter, page_of
from collector.store.views.clocks import ClockRow, running_clocks
from collector.store.views.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How many files the signed manifests name, and how many of them lie here whole."""

    complete: int
    total: int


class PreClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case: one serial. A page makes a hundred: a dataclass takes five times as
    long for so many fields."""

    id: int
    number: str
    state: str
    buyer: str
    organisation_id: str
    serial: str
    serial_source: str
    position_id: int | None  # None: no agent ever saw it
    position_name: str
    agent_id: str
    device_id: str
    site_id: str
    site_name: str
    zone: str
    model: str
    batch: str
    component: str
    firmware: str
    codes: tuple[str, ...]
    warranty_verdict: str
    warranty_until: date | None
    warranty_reason: Words
    opened_at: datetime
    closed_at: datetime | None
    onset_at: datetime | None
    evidence: Completeness
    carried: Carried  # which of its faults carry it, by what their profiles have proven
    via: str = "agent"  # or how a person reported it: page, csv, api, pack
    subject: str = "unit"  # or module_lot
    quantity: int = 1
    product: str = ""
    reporter: str = ""  # of a case that a person opened
    told: Told = NOTHING_TOLD  # what people reported and brought
    due_at: datetime | None = None  # of the first running clock
    clocks: tuple[ClockRow, ...] = ()  # that have not stopped
    case_id: int = 0
    path: str = ""  # of the answer
    path_said: str = ""  # of the buyer: accepted | countered
    rma_number: str = ""
    owed_since: datetime | None = None  # an old unit, after an advance replacement


_Row: TypeAlias = Row[*tuple[Any, ...]]
# Each by the name that it has in PreClaim; the two texts of the reason become one field there.
_COLUMNS = (
    claim_line.c.id,
    claim_line.c.case_id,
    claim_line.c.organisation_id,
    func.coalesce(claim_line.c.site_id, "").label("site_id"),
    claim_line.c.position_id,
    claim_line.c.label_serial.label("serial"),
    claim_line.c.serial_source,
    claim_line.c.model,
    claim_line.c.batch,
    claim_line.c.component,
    claim_line.c.warranty_verdict,
    claim_line.c.warranty_until,
    claim_line.c.warranty_reason_en,
    claim_line.c.warranty_reason_zh,
    claim_line.c.state,
    claim_line.c.opened_at,
    claim_line.c.closed_at,
    claim_line.c.via,
    claim_line.c.subject,
    claim_line.c.quantity,
    claim_line.c.product,
    claim_line.c.rma_number,
    claim_line.c.path,
    claim_line.c.path_said,
    claim_line.c.owed_since,
    claim_line.c.due_at,
    claim_case.c.number,
    claim_case.c.buyer,
    claim_case.c.reporter,
    func.coalesce(func.nullif(position.c.name, ""), position.c.device_id, "").label(
        "position_name"
    ),
    func.coalesce(position.c.agent_id, "").label("agent_id"),
    func.coalesce(position.c.device_id, "").label("device_id"),
    func.coalesce(position.c.firmware, "").label("firmware"),
    func.coalesce(site.c.name, "").label("site_name"),
    func.coalesce(func.nullif(site.c.zone, ""), "UTC").label("zone"),
)
_NAMES: Final = tuple(column.name for column in _COLUMNS)  # attributes of rows are slow to read
_THESE: Final[BindParameter[Any]] = bindparam("lines", expanding=True)
# Made once: making a statement and giving it a hundred ids takes longer than running it.
_LINES: Final = (
    select(*_COLUMNS)
    .select_from(
        claim_line.join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .outerjoin(site, site.c.id == claim_line.c.site_id)
    )
    .where(claim_line.c.id.in_(_THESE))
)
_FINDINGS: Final = (
    select(finding.c.line_id, finding.c.code, *finding_times.FIRST, *HOLDS)
    .select_from(finding_times.FROM)
    .where(finding.c.line_id.in_(_THESE))
    .group_by(finding.c.line_id, finding.c.code)
    .order_by(finding.c.code)
)
_NAMED: Final = (
    select(finding.c.line_id, manifest_item.c.sha256)
    .join(manifest, manifest.c.episode_id == finding.c.episode_id)
    .join(manifest_item, manifest_item.c.manifest_id == manifest.c.id)
    .where(finding.c.line_id.in_(_THESE))
    .distinct()
    .subquery()
)
_FILES: Final = (
    select(
        _NAMED.c.line_id,
        func.count().label("total"),
        func.count(evidence_file.c.sha256).label("complete"),
    )
    .outerjoin(
        evidence_file,
        (evidence_file.c.sha256 == _NAMED.c.sha256) & evidence_file.c.complete.is_(True),
    )
    .group_by(_NAMED.c.line_id)
)


def list_preclaims(
    db: Connection, scope: Scope, wanted: ClaimFilter, *, before: int = 0, limit: int = 200
) -> tuple[PreClaim, ...]:
    """Pre-claims of the slice, newest first; ``before`` is the id to go on from, 0 for the top."""
    return by_ids(db, scope, page_of(db, scope, wanted, before=before, limit=limit))


def find_preclaim(db: Connection, scope: Scope, line: int) -> PreClaim | None:
    """The pre-claim; None when it does not exist or lies outside the slice."""
    found = by_ids(db, scope, [line])
    return found[0] if found else None


def by_ids(db: Connection, scope: Scope, lines: Sequence[int]) -> tuple[PreClaim, ...]:
    """These pre-claims in the order of ``lines``; what lies outside the slice is left out."""
    rows: dict[int, _Row] = {
        row.id: row
        for row in db.execute(_LINES, {"lines": list(lines)})
        if row.organisation_id in scope.organisation_ids
    }
    return _with_details(db, [rows[line] for line in lines if line in rows])


def list_choices(db: Connection, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The values that filters can take in the slice, by filter name."""
    columns = {
        "state": claim_line.c.state,
        "model": claim_line.c.model,
        "batch": claim_line.c.batch,
        "warranty": claim_line.c.warranty_verdict,
    }
    found = {name: values_of(db, column, scope) for name, column in columns.items()}
    found["code"] = values_of(db, finding.c.code, scope)
    return found


def _with_details(db: Connection, rows: Sequence[_Row]) -> tuple[PreClaim, ...]:
    lines = [row.id for row in rows]
    if not lines:
        return ()
    by_line: dict[int, list[_Row]] = {}
    for row in db.execute(_FINDINGS, {"lines": lines}):
        by_line.setdefault(row.line_id, []).append(row)
    evidence = _completeness(db, lines)
    told = reports.told(db, lines)
    clocks = running_clocks(db, lines)
    nothing = Completeness(complete=0, total=0)
    return tuple(
        _read(
            row,
            by_line.get(row.id, ()),
            evidence.get(row.id, nothing),
            told=told.get(row.id, NOTHING_TOLD),
            clocks=clocks.get(row.id, ()),
        )
        for row in rows
    )


def _completeness(db: Connection, lines: list[int]) -> dict[int, Completeness]:
    rows = db.execute(_FILES, {"lines": lines})
    return {row.line_id: Completeness(complete=row.complete, total=row.total) for row in rows}


def _read(
    row: _Row,
    findings: Sequence[_Row],
    evidence: Completeness,
    *,
    told: Told,
    clocks: tuple[ClockRow, ...],
) -> PreClaim:
    facts: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    reason = Words(en=facts.pop("warranty_reason_en"), zh=facts.pop("warranty_reason_zh"))
    return PreClaim(
        **facts,
        codes=tuple(one.code for one in findings),
        warranty_reason=reason,
        onset_at=min(map(finding_times.first_of, findings), default=None),
        evidence=evidence,
        carried=carried_of(findings) if findings else UNFOUNDED,
        told=told,
        clocks=clocks,
    )
