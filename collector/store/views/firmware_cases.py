"""Firmware cases for people: the list, and one with its devices, versions and log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, Row, Select, case, cast, func, select

from collector.store.firmware_cases import number_of
from collector.store.scope import Scope
from collector.store.tables import (
    agent,
    claim_case,
    claim_line,
    episode,
    firmware_case,
    firmware_case_event,
    firmware_case_member,
    position,
    site,
)
from collector.store.views.claim_file import EventRow
from collector.store.views.words import Words, fault_name, fault_remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareCaseRow:
    """One camera firmware with one recorder firmware and one cause."""

    id: int
    organisation_id: str
    camera_model: str
    camera_firmware: str
    recorder_firmware: str
    code: str
    name: Words
    remedy: Words
    opened_at: datetime
    members: int
    members_open: int
    state: str
    path: str
    fixed_in: str
    fixed_side: str
    due_at: datetime | None
    closed_at: datetime | None

    @property
    def number(self) -> str:
        """What people call it."""
        return number_of(self.id, self.opened_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """Where a device of a case hangs."""

    device_name: str
    site_name: str
    zone: str


def list_cases(
    db: Connection, scope: Scope, *, before: int = 0, limit: int = 200
) -> tuple[FirmwareCaseRow, ...]:
    """Cases of the slice, newest first, with how many devices they name."""
    query = _query(scope)
    if before:
        query = query.where(firmware_case.c.id < before)
    rows = db.execute(query.order_by(firmware_case.c.id.desc()).limit(limit))
    return tuple(_read(row) for row in rows)


def list_by_due(db: Connection, scope: Scope, *, limit: int = 200) -> tuple[FirmwareCaseRow, ...]:
    """Open cases before ended ones, what is due first before the rest."""
    is_over = case((firmware_case.c.closed_at.is_(None), 0), else_=1)
    query = _query(scope).order_by(
        is_over, firmware_case.c.due_at.is_(None), firmware_case.c.due_at, firmware_case.c.id.desc()
    )
    return tuple(_read(row) for row in db.execute(query.limit(limit)))


def find_case(db: Connection, scope: Scope, case_id: int) -> FirmwareCaseRow | None:
    """The case; None when there is none in the slice."""
    row = db.execute(_query(scope).where(firmware_case.c.id == case_id)).one_or_none()
    return None if row is None else _read(row)


def _query(scope: Scope) -> Select[tuple[object, ...]]:
    still_open = func.sum(cast(episode.c.cleared_at.is_(None), Integer))
    counts = (
        select(
            firmware_case_member.c.firmware_case_id,
            func.count(func.distinct(firmware_case_member.c.position_id)).label("members"),
            still_open.label("members_open"),
        )
        .join(episode, episode.c.id == firmware_case_member.c.episode_id)
        .group_by(firmware_case_member.c.firmware_case_id)
        .subquery()
    )
    return (
        select(firmware_case, counts.c.members, counts.c.members_open)
        .outerjoin(counts, counts.c.firmware_case_id == firmware_case.c.id)
        .where(scope.covers(firmware_case.c.organisation_id))
    )


def _read(row: Row[tuple[object, ...]]) -> FirmwareCaseRow:
    known = row._mapping
    return FirmwareCaseRow(
        id=known["id"],
        organisation_id=known["organisation_id"],
        camera_model=known["camera_model"],
        camera_firmware=known["camera_firmware"],
        recorder_firmware=known["recorder_firmware"],
        code=known["code"],
        name=fault_name(known["code"]),
        remedy=fault_remedy(known["code"]),
        opened_at=known["opened_at"],
        members=known["members"] or 0,
        members_open=known["members_open"] or 0,
        state=known["state"],
        path=known["path"],
        fixed_in=known["fixed_in"],
        fixed_side=known["fixed_side"],
        due_at=known["due_at"],
        closed_at=known["closed_at"],
    )


def list_events(db: Connection, scope: Scope, case_id: int) -> tuple[EventRow, ...]:
    """The log of a case, oldest first."""
    rows = db.execute(
        select(firmware_case_event)
        .where(
            scope.covers(firmware_case_event.c.organisation_id),
            firmware_case_event.c.firmware_case_id == case_id,
        )
        .order_by(firmware_case_event.c.seq)
    )
    return tuple(
        EventRow(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            role=row.role,
            type=row.type,
            payload=row.payload_json,
            prev_hash=row.prev_hash,
            hash=row.hash,
        )
        for row in rows
    )


def places(db: Connection, positions: Iterable[int]) -> dict[int, PlaceRow]:
    """Where these positions are."""
    rows = db.execute(
        select(position.c.id, position.c.name, position.c.device_id, site.c.name, site.c.zone)
        .join(site, site.c.id == position.c.site_id)
        .where(position.c.id.in_(sorted(set(positions))))
    )
    return {
        row[0]: PlaceRow(device_name=row[1] or row[2], site_name=row[3], zone=row[4])
        for row in rows
    }


def episodes_of(db: Connection, case_id: int) -> dict[int, str]:
    """The episodes of a case, and whose device each is."""
    rows = db.execute(
        select(firmware_case_member.c.episode_id, firmware_case_member.c.serial_key).where(
            firmware_case_member.c.firmware_case_id == case_id
        )
    )
    return {row.episode_id: row.serial_key for row in rows}


def claims_of(db: Connection, scope: Scope, lines: Iterable[int]) -> dict[int, tuple[str, str]]:
    """``(number, serial)`` of these claim lines, as far as they are in the slice."""
    rows = db.execute(
        select(claim_line.c.id, claim_case.c.number, claim_line.c.label_serial)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(scope.covers(claim_line.c.organisation_id), claim_line.c.id.in_(list(lines)))
        .order_by(claim_line.c.id)
    )
    return {row.id: (row.number, row.label_serial) for row in rows}


def seen_versions(db: Connection, scope: Scope, model: str) -> tuple[str, ...]:
    """Versions that agents of the slice report for cameras of a model and for recorders."""
    cameras = select(position.c.firmware).where(
        scope.covers(position.c.organisation_id), position.c.model == model
    )
    recorders = select(agent.c.recorder_firmware).where(scope.covers(agent.c.organisation_id))
    found = {*db.execute(cameras.distinct()).scalars(), *db.execute(recorders.distinct()).scalars()}
    return tuple(sorted(version for version in found if version))
