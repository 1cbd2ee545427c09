"""Claim lines that nobody has submitted yet, with what tending them asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, true, update

from collector.claims.completeness import TEST
from collector.claims.dead_device import DEAD, UNREACHABLE
from collector.claims.lifecycle import LineState
from collector.claims.profiles import Standing
from collector.claims.report_items import NOTHING_TOLD, Told
from collector.claims.warranty import Warranty
from collector.store import aliases, finding_times, proofs, reports
from collector.store.profiles import CARRIES, UNFOUNDED, Carried, what_carries
from collector.store.tables import (
    claim_line,
    episode,
    evidence_file,
    finding,
    manifest,
    manifest_item,
    position,
    unit,
)
from shared.device import macs_of
from shared.evidence import FIGURES, FILTER_TEST, THUMBNAIL

# A subquery, not a list of ids: a database takes only so many parameters.
Lines: TypeAlias = Select[tuple[int]] | list[int]
_LINES: Final = select(claim_line.c.id).where(
    claim_line.c.state.in_((LineState.DRAFT.value, LineState.READY.value)),
    claim_line.c.closed_at.is_(None),
)


# The log of a test counts as one, whatever kind of file it is.
_KIND: Final = case((manifest_item.c.name == FILTER_TEST, TEST), else_=manifest_item.c.kind)

# What an engineer found wrong neither keeps a line open nor clears it.
_NOT_WRONG: Final = finding.c.profile_ruled != Standing.WRONG.value


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line in draft or ready."""

    id: int
    organisation_id: str
    position_id: int | None  # None: no agent ever saw it
    state: LineState
    label_serial: str
    model: str
    firmware: str
    component: str
    warranty_verdict: str
    onset_at: datetime  # the first of its faults, collector time; what warranty is judged at
    standing: str
    codes: frozenset[str]
    cleared_at: datetime | None  # when the last of its faults ended; None while one is open
    kinds_here: frozenset[str]
    signatures: frozenset[str]
    carried: Carried  # what it rests on
    proven: frozenset[str] = frozenset()  # what people at the site proved
    subject: str = "unit"  # or module_lot
    batch: str = ""
    told: Told = NOTHING_TOLD  # what people reported and brought
    macs: tuple[str, ...] = ()
    frozen_by: str = ""
    registry_changed: bool = False  # what it says of the serial, since the line was opened


def slice_after(db: Connection, after: int, *, limit: int) -> list[int]:
    """The next lines in draft or ready beyond an id, in order; fewer than ``limit`` at the end."""
    rows = db.execute(_LINES.where(claim_line.c.id > after).order_by(claim_line.c.id).limit(limit))
    return list(rows.scalars())


def read(db: Connection, lines: Lines = _LINES) -> tuple[OpenLine, ...]:
    """Lines in draft or ready, oldest first: every one, or these."""
    rows = db.execute(
        select(
            claim_line,
            position.c.standing,
            position.c.firmware,
            position.c.aliases,
            unit.c.imported_at,
        )
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .outerjoin(unit, unit.c.serial == claim_line.c.label_serial)
        .where(claim_line.c.id.in_(lines))
        .order_by(claim_line.c.id)
    ).all()
    codes, kinds, signatures = _codes(db, lines), _kinds_here(db, lines), _signatures(db, lines)
    cleared, onsets = (
        _cleared(db, lines),
        {**_onsets(db, lines, true()), **_onsets(db, lines, CARRIES)},
    )
    carried, proven, told = what_carries(db, lines), proofs.here(db), reports.told(db, lines)
    nothing: frozenset[str] = frozenset()
    return tuple(
        OpenLine(
            id=row.id,
            organisation_id=row.organisation_id,
            position_id=row.position_id,
            state=LineState(row.state),
            label_serial=row.label_serial,
            model=row.model,
            firmware=row.firmware or "",
            component=row.component,
            warranty_verdict=row.warranty_verdict,
            onset_at=onsets.get(row.id, row.opened_at),
            standing=row.standing or "",
            codes=codes.get(row.id, nothing),
            cleared_at=cleared.get(row.id),
            kinds_here=kinds.get(row.id, nothing),
            signatures=signatures.get(row.id, nothing),
            carried=carried.get(row.id, UNFOUNDED),
            proven=proven.get(row.id, nothing),
            subject=row.subject,
            batch=row.batch,
            told=told.get(row.id, NOTHING_TOLD),
            frozen_by=row.frozen_by,
            macs=macs_of(aliases.read(row.aliases or "[]")),
            registry_changed=row.imported_at is not None and row.imported_at > row.opened_at,
        )
        for row in rows
    )


def has_open_episode(db: Connection, *, position_id: int, codes: frozenset[str]) -> bool:
    """True while one of these faults is open at the position, decided or not."""
    if DEAD in codes:
        codes |= {UNREACHABLE}
    found = db.execute(
        select(episode.c.id)
        .where(
            episode.c.position_id == position_id,
            episode.c.code.in_(codes),
            episode.c.cleared_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


def set_warranty(db: Connection, *, line_id: int, judged: Warranty) -> bool:
    """Change the verdict of a line; False when it has that verdict and last day already."""
    found = db.execute(
        update(claim_line)
        .where(
            claim_line.c.id == line_id,
            (claim_line.c.warranty_verdict != judged.verdict.value)
            | claim_line.c.warranty_until.is_distinct_from(judged.until),
        )
        .values(
            warranty_verdict=judged.verdict.value,
            warranty_until=judged.until,
            warranty_reason_en=judged.reason_en,
            warranty_reason_zh=judged.reason_zh,
        )
    )
    return found.rowcount == 1


def _cleared(db: Connection, lines: Lines) -> dict[int, datetime]:
    """When the last episode of each line ended; lines with an open one are left out, and those
    with a finding that a person reported: no agent sees that it is over."""
    rows = db.execute(
        select(
            finding.c.line_id,
            func.max(episode.c.cleared_at, type_=episode.c.cleared_at.type).label("at"),
        )
        .outerjoin(episode, episode.c.id == finding.c.episode_id)
        .where(finding.c.line_id.in_(lines), _NOT_WRONG)
        .group_by(finding.c.line_id)
        .having(func.count(episode.c.cleared_at) == func.count())
    )
    return {row.line_id: row.at for row in rows}


def _onsets(db: Connection, lines: Lines, which: ColumnElement[bool]) -> dict[int, datetime]:
    """The first onset of each line, of the findings that hold ``which``; of a report its own day,
    for since when somebody saw it is their word."""
    rows = db.execute(
        select(finding.c.line_id, *finding_times.FIRST)
        .select_from(finding_times.FROM)
        .where(finding.c.line_id.in_(lines), which)
        .group_by(finding.c.line_id)
    )
    return {row.line_id: finding_times.first_known(row) for row in rows}


def _kinds_here(db: Connection, lines: Lines) -> dict[int, frozenset[str]]:
    rows = db.execute(
        select(finding.c.line_id, _KIND.label("kind"))
        .join(manifest, manifest.c.episode_id == finding.c.episode_id)
        .join(manifest_item, manifest_item.c.manifest_id == manifest.c.id)
        .join(evidence_file, evidence_file.c.sha256 == manifest_item.c.sha256)
        .where(finding.c.line_id.in_(lines), evidence_file.c.complete.is_(True))
        .where(manifest_item.c.name.not_like(f"{THUMBNAIL}%"))  # no picture, only its preview
        .where(manifest_item.c.name != FIGURES)  # no series of readings
        .distinct()
    )
    return _gather((row.line_id, row.kind) for row in rows)


def _signatures(db: Connection, lines: Lines) -> dict[int, frozenset[str]]:
    rows = db.execute(
        select(finding.c.line_id, manifest.c.verdict)
        .join(manifest, manifest.c.episode_id == finding.c.episode_id)
        .where(finding.c.line_id.in_(lines))
        .distinct()
    )
    return _gather((row.line_id, row.verdict) for row in rows)


def _codes(db: Connection, lines: Lines) -> dict[int, frozenset[str]]:
    rows = db.execute(
        select(finding.c.line_id, finding.c.code)
        .where(finding.c.line_id.in_(lines), _NOT_WRONG)
        .distinct()
    )
    return _gather((row.line_id, row.code) for row in rows)


def _gather(pairs: Iterable[tuple[int, str]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for line, value in pairs:
        found.setdefault(line, set()).add(value)
    return {line: frozenset(values) for line, values in found.items()}
