"""Pre-claims: the list with its filters, and how much of the evidence has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    func,
    select,
    union,
)

from collector.claims.report_items import NOTHING_TOLD, Told
from collector.store import finding_times, reports
from collector.store.distinct import values_of
from collector.store.profiles import UNFOUNDED, Carried, what_carries
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
from collector.store.views.clocks import ClockRow, running_clocks
from collector.store.views.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How many files the signed manifests name, and how many of them lie here whole."""

    complete: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreClaim:
    """One line of a case: one serial."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """What the list shows; empty means all, ``turn`` is open, done or all."""

    turn: str = "all"
    state: str = ""
    site: str = ""
    model: str = ""
    batch: str = ""
    code: str = ""
    warranty: str = ""
    search: str = ""
    sort: str = ""  # due: lines on a running clock, what is due first before; '' is newest first


_OF_NUMBERS: Final = frozenset("PC-0123456789")
_COLUMNS = (
    claim_line,
    claim_case.c.number,
    claim_case.c.buyer,
    claim_case.c.reporter,
    position.c.name.label("position_name"),
    position.c.agent_id,
    position.c.device_id,
    position.c.firmware,
    site.c.name.label("site_name"),
    site.c.zone,
)
_FROM = (
    claim_line.join(claim_case, claim_case.c.id == claim_line.c.case_id)
    .outerjoin(position, position.c.id == claim_line.c.position_id)
    .outerjoin(site, site.c.id == claim_line.c.site_id)
)


def list_preclaims(
    db: Connection, scope: Scope, wanted: ClaimFilter, *, before: int = 0, limit: int = 200
) -> tuple[PreClaim, ...]:
    """Pre-claims of the slice, newest first; ``before`` is the id to go on from, 0 for the top."""
    conditions = _conditions(scope, wanted, is_sqlite=db.dialect.name == "sqlite")
    query = select(*_COLUMNS).select_from(_FROM).where(*conditions)
    if wanted.sort == "due":
        return _with_details(db, db.execute(_by_due(query, before).limit(limit)).all())
    if before:
        query = query.where(claim_line.c.id < before)
    rows = db.execute(query.order_by(claim_line.c.id.desc()).limit(limit)).all()
    return _with_details(db, rows)


def _by_due(query: Select[Any], before: int) -> Select[Any]:
    """What is due first before; the page goes on behind the line ``before``."""
    ordered = query.where(claim_line.c.due_at.is_not(None)).order_by(
        claim_line.c.due_at, claim_line.c.id
    )
    if not before:
        return ordered
    last = claim_line.alias("last")
    due_at = select(last.c.due_at).where(last.c.id == before).scalar_subquery()
    return ordered.where(
        (claim_line.c.due_at > due_at)
        | ((claim_line.c.due_at == due_at) & (claim_line.c.id > before))
    )


def find_preclaim(db: Connection, scope: Scope, line: int) -> PreClaim | None:
    """The pre-claim; None when it does not exist or lies outside the slice."""
    rows = db.execute(
        select(*_COLUMNS)
        .select_from(_FROM)
        .where(scope.covers(claim_line.c.organisation_id), claim_line.c.id == line)
    ).all()
    found = _with_details(db, rows)
    return found[0] if found else None


def by_ids(db: Connection, scope: Scope, lines: Sequence[int]) -> tuple[PreClaim, ...]:
    """These pre-claims in the order of ``lines``; what lies outside the slice is left out."""
    rows = db.execute(
        select(*_COLUMNS)
        .select_from(_FROM)
        .where(scope.covers(claim_line.c.organisation_id), claim_line.c.id.in_(lines))
    ).all()
    found = {claim.id: claim for claim in _with_details(db, rows)}
    return tuple(found[line] for line in lines if line in found)


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


def _conditions(scope: Scope, wanted: ClaimFilter, *, is_sqlite: bool) -> list[ColumnElement[bool]]:
    found = [scope.covers(claim_line.c.organisation_id)]
    if wanted.turn == "open":
        found.append(claim_line.c.closed_at.is_(None))
    if wanted.turn == "done":
        found.append(claim_line.c.closed_at.is_not(None))
    exact = {
        claim_line.c.state: wanted.state,
        claim_line.c.site_id: wanted.site,
        claim_line.c.model: wanted.model,
        claim_line.c.batch: wanted.batch,
        claim_line.c.warranty_verdict: wanted.warranty,
    }
    found.extend(column == value for column, value in exact.items() if value)
    if wanted.code:
        found.append(
            claim_line.c.id.in_(select(finding.c.line_id).where(finding.c.code == wanted.code))
        )
    if wanted.search:
        found.append(claim_line.c.id.in_(_matching(wanted.search, is_sqlite=is_sqlite)))
    return found


def _matching(text: str, *, is_sqlite: bool) -> CompoundSelect[int]:
    """Lines whose serial, number or device name holds the text: one look through one index each,
    instead of three texts of every joined row. LIKE of SQLite ignores case by itself."""

    def holds(column: Column[str]) -> ColumnElement[bool]:
        contains = column.contains if is_sqlite else column.icontains
        return contains(text, autoescape=True)

    named = select(position.c.id).where(holds(position.c.name))
    looks = [
        select(claim_line.c.id).where(holds(claim_line.c.label_serial)),
        select(claim_line.c.id).where(claim_line.c.position_id.in_(named)),
    ]
    if _OF_NUMBERS.issuperset(text.upper()):
        numbered = select(claim_case.c.id).where(holds(claim_case.c.number))
        looks.append(select(claim_line.c.id).where(claim_line.c.case_id.in_(numbered)))
    return union(*looks)


def _with_details(db: Connection, rows: Sequence[Row[Any]]) -> tuple[PreClaim, ...]:
    lines = [row.id for row in rows]
    codes: dict[int, tuple[str, ...]] = {}
    onsets: dict[int, datetime] = {}
    for row in db.execute(
        select(finding.c.line_id, finding.c.code, *finding_times.FIRST)
        .select_from(finding_times.FROM)
        .where(finding.c.line_id.in_(lines))
        .group_by(finding.c.line_id, finding.c.code)
        .order_by(finding.c.code)
    ):
        codes[row.line_id] = (*codes.get(row.line_id, ()), row.code)
        began = finding_times.first_of(row)
        onsets[row.line_id] = min(onsets.get(row.line_id, began), began)
    evidence = _completeness(db, lines)
    carried, told = what_carries(db, lines), reports.told(db, lines)
    clocks = running_clocks(db, lines)
    nothing = Completeness(complete=0, total=0)
    return tuple(
        _read(
            row,
            codes.get(row.id, ()),
            onsets.get(row.id),
            evidence.get(row.id, nothing),
            carried.get(row.id, UNFOUNDED),
            told=told.get(row.id, NOTHING_TOLD),
            clocks=clocks.get(row.id, ()),
        )
        for row in rows
    )


def _completeness(db: Connection, lines: list[int]) -> dict[int, Completeness]:
    named = (
        select(finding.c.line_id, manifest_item.c.sha256)
        .join(manifest, manifest.c.episode_id == finding.c.episode_id)
        .join(manifest_item, manifest_item.c.manifest_id == manifest.c.id)
        .where(finding.c.line_id.in_(lines))
        .distinct()
        .subquery()
    )
    rows = db.execute(
        select(
            named.c.line_id,
            func.count().label("total"),
            func.count(evidence_file.c.sha256).label("complete"),
        )
        .outerjoin(
            evidence_file,
            (evidence_file.c.sha256 == named.c.sha256) & evidence_file.c.complete.is_(True),
        )
        .group_by(named.c.line_id)
    )
    return {row.line_id: Completeness(complete=row.complete, total=row.total) for row in rows}


def _read(
    row: Row[Any],
    codes: tuple[str, ...],
    onset: datetime | None,
    evidence: Completeness,
    carried: Carried,
    *,
    told: Told,
    clocks: tuple[ClockRow, ...],
) -> PreClaim:
    return PreClaim(
        id=row.id,
        number=row.number,
        state=row.state,
        buyer=row.buyer,
        organisation_id=row.organisation_id,
        serial=row.label_serial,
        serial_source=row.serial_source,
        position_id=row.position_id,
        position_name=row.position_name or row.device_id or "",
        agent_id=row.agent_id or "",
        device_id=row.device_id or "",
        site_id=row.site_id or "",
        site_name=row.site_name or "",
        zone=row.zone or "UTC",
        model=row.model,
        batch=row.batch,
        component=row.component,
        firmware=row.firmware or "",
        codes=codes,
        warranty_verdict=row.warranty_verdict,
        warranty_until=row.warranty_until,
        warranty_reason=Words(en=row.warranty_reason_en, zh=row.warranty_reason_zh),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        onset_at=onset,
        evidence=evidence,
        carried=carried,
        via=row.via,
        subject=row.subject,
        quantity=row.quantity,
        product=row.product,
        reporter=row.reporter,
        told=told,
        due_at=row.due_at,
        clocks=clocks,
        case_id=row.case_id,
        path=row.path,
        path_said=row.path_said,
        rma_number=row.rma_number,
    )
