"""What the fleet says of a family of faults: the lot, the shipment, versions, other positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from collector.claims.lifecycle import LineState
from collector.claims.origin.kinds import Origin
from collector.store.finding_times import onset_of
from collector.store.origin_subject import Subject
from collector.store.origins import newest_ids
from collector.store.tables import (
    claim_line,
    claim_report,
    episode,
    finding,
    origin_decision,
    position,
    unit,
)

# Lines that came to nothing say nothing of a lot; nor do those whose origin is known otherwise.
_NOTHING = (
    LineState.AUTO_CLEARED.value,
    LineState.REJECTED.value,
    LineState.WITHDRAWN.value,
    LineState.MERGED.value,
    LineState.LAPSED.value,
)
_STILL_SUSPECT = (Origin.FACTORY.value, Origin.UNDETERMINED.value)
REPAIR_HOLDS = timedelta(days=90)  # claims and warranty, section 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A device of the model with a pre-claim of the family."""

    serial: str
    line_id: int
    position_id: int | None
    site_id: str
    batch: str
    shipment: tuple[str, str]
    firmware: str
    onset_at: datetime
    serial_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """So many units of a lot delivered on one day in one shipment."""

    batch: str
    shipment: tuple[str, str]
    on: date
    units: int


def shipment_of(proof: str, buyer: str, on: date | None) -> tuple[str, str]:
    """What travelled together: one delivery proof, else one buyer and day; ('', '') for none."""
    if proof:
        return ("proof", proof)
    return ("", "") if on is None else (buyer, on.isoformat())


def failed_of_model(db: Connection, *, model: str, family: frozenset[str]) -> tuple[Failed, ...]:
    """The first such fault of each line of the model, oldest first."""
    other_origin = select(origin_decision.c.line_id).where(
        origin_decision.c.id.in_(newest_ids()),
        origin_decision.c.decided.not_in(_STILL_SUSPECT),
    )
    rows = db.execute(
        select(
            claim_line.c.id,
            claim_line.c.label_serial,
            claim_line.c.position_id,
            claim_line.c.site_id,
            episode.c.firmware,
            episode.c.onset_at,
            claim_report.c.onset_on,
            claim_report.c.at.label("reported_at"),
            position.c.serial_since,
            position.c.label_serial.label("serial_here"),
            unit.c.batch,
            unit.c.delivery_proof,
            unit.c.buyer,
            unit.c.delivered_on,
        )
        .join(finding, finding.c.line_id == claim_line.c.id)
        .outerjoin(episode, episode.c.id == finding.c.episode_id)
        .outerjoin(claim_report, claim_report.c.id == finding.c.report_id)
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .outerjoin(
            unit, (unit.c.serial == claim_line.c.label_serial) & (claim_line.c.label_serial != "")
        )
        .where(
            claim_line.c.model == model,
            claim_line.c.state.not_in(_NOTHING),
            claim_line.c.id.not_in(other_origin),
            finding.c.code.in_(sorted(family)),
        )
        .order_by(finding.c.id)
    )
    found: dict[int, Failed] = {}
    for one in sorted((_read_failed(row) for row in rows), key=lambda one: one.onset_at):
        found.setdefault(one.line_id, one)
    return tuple(found.values())


def _read_failed(row: Row[*tuple[Any, ...]]) -> Failed:
    return Failed(
        serial=row.label_serial,
        line_id=row.id,
        position_id=row.position_id,
        site_id=row.site_id or "",
        batch=row.batch or "",
        shipment=shipment_of(row.delivery_proof or "", row.buyer or "", row.delivered_on),
        firmware=row.firmware or "",
        onset_at=row.onset_at or onset_of(row.onset_on, reported_at=row.reported_at),
        serial_since=row.serial_since if row.serial_here == row.label_serial else None,
    )


def delivered_of_model(db: Connection, model: str) -> tuple[Delivered, ...]:
    """How many units of the model were delivered when, by lot and shipment."""
    rows = db.execute(
        select(
            unit.c.batch,
            unit.c.delivery_proof,
            unit.c.buyer,
            unit.c.delivered_on,
            func.count().label("units"),
        )
        .where(unit.c.model == model, unit.c.delivered_on.is_not(None), unit.c.batch != "")
        .group_by(unit.c.batch, unit.c.delivery_proof, unit.c.buyer, unit.c.delivered_on)
    )
    return tuple(
        Delivered(
            batch=row.batch,
            shipment=shipment_of(row.delivery_proof, row.buyer, row.delivered_on),
            on=row.delivered_on,
            units=row.units,
        )
        for row in rows
    )


def predecessor_failed(db: Connection, subject: Subject, *, family: frozenset[str]) -> bool | None:
    """Whether the device that hung here before had the family; None when none is known."""
    rows = db.execute(
        select(episode.c.code)
        .where(
            episode.c.position_id == subject.position_id,
            episode.c.label_serial.not_in(("", subject.label_serial)),
            episode.c.onset_at < subject.onset_at,
        )
        .distinct()
    )
    codes = set(rows.scalars())
    return bool(codes & family) if codes else None


def failed_elsewhere(db: Connection, subject: Subject, *, family: frozenset[str]) -> bool | None:
    """Whether this very device had the family at another position; None without a serial."""
    if not subject.label_serial:
        return None
    found = select(episode.c.id).where(
        episode.c.label_serial == subject.label_serial,
        episode.c.position_id != subject.position_id,
        episode.c.code.in_(sorted(family)),
        episode.c.onset_at < subject.onset_at,
    )
    return db.execute(found.limit(1)).first() is not None


def repaired_before(db: Connection, subject: Subject, *, family: frozenset[str]) -> bool | None:
    """Whether a line of this family was resolved within 90 days before; None without a serial."""
    if not subject.label_serial:
        return None
    found = (
        select(claim_line.c.id)
        .join(finding, finding.c.line_id == claim_line.c.id)
        .where(
            claim_line.c.label_serial == subject.label_serial,
            claim_line.c.id != subject.line_id,
            or_(
                claim_line.c.state == LineState.RESOLVED.value,
                claim_line.c.state == LineState.CLOSED.value,
            ),
            claim_line.c.closed_at.between(subject.onset_at - REPAIR_HOLDS, subject.onset_at),
            finding.c.code.in_(sorted(family)),
        )
    )
    return db.execute(found.limit(1)).first() is not None


def serials(failed: Sequence[Failed]) -> set[str]:
    """The devices among them, each once; a position without a serial counts as a device."""
    return {
        one.serial or (f"position {one.position_id}" if one.position_id else f"line {one.line_id}")
        for one in failed
    }
