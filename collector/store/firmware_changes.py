"""Rows of firmware_change: which firmware ran on a camera or a recorder since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from collector.store.tables import firmware_change, position, unit
from collector.store.upsert import insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From ``at`` on this version ran; ``before`` is '' where the history begins."""

    of: str  # camera | recorder
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Since when a position of a model ran which version, oldest first."""

    position_id: int
    batch: str
    changes: tuple[Change, ...]


def note(
    db: Connection,
    *,
    organisation_id: str,
    agent_id: str,
    position_id: int | None,
    before: str,
    after: str,
    at: datetime,
) -> None:
    """Keep a change; ``position_id`` None is the agent's recorder, ``before`` '' a beginning."""
    insert_row(
        db,
        firmware_change,
        organisation_id=organisation_id,
        agent_id=agent_id,
        position_id=position_id,
        from_version=before,
        to_version=after,
        at=at,
    )


def note_recorder(
    db: Connection, *, organisation_id: str, agent_id: str, firmware: str, at: datetime
) -> None:
    """Keep what the agent's recorder runs; what ran already changes nothing, nor does ''."""
    before = (
        db.execute(
            select(firmware_change.c.to_version)
            .where(firmware_change.c.agent_id == agent_id, firmware_change.c.position_id.is_(None))
            .order_by(firmware_change.c.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        or ""
    )
    if firmware not in ("", before):
        note(
            db,
            organisation_id=organisation_id,
            agent_id=agent_id,
            position_id=None,
            before=before,
            after=firmware,
            at=at,
        )


def until(db: Connection, *, agent_id: str, position_id: int, at: datetime) -> tuple[Change, ...]:
    """What is known of the camera and its recorder up to this moment, oldest first."""
    rows = db.execute(
        select(firmware_change)
        .where(
            firmware_change.c.agent_id == agent_id,
            or_(
                firmware_change.c.position_id == position_id,
                firmware_change.c.position_id.is_(None),
            ),
            firmware_change.c.at <= at,
        )
        .order_by(firmware_change.c.at, firmware_change.c.id)
    )
    return tuple(
        Change(
            of="recorder" if row.position_id is None else "camera",
            before=row.from_version,
            after=row.to_version,
            at=row.at,
        )
        for row in rows
    )


def of_model(db: Connection, model: str) -> tuple[Ran, ...]:
    """What ran since when on every position of this model, the registry's before the device's."""
    rows = db.execute(
        select(
            firmware_change.c.position_id,
            firmware_change.c.from_version,
            firmware_change.c.to_version,
            firmware_change.c.at,
            unit.c.batch,
        )
        .join(position, position.c.id == firmware_change.c.position_id)
        .outerjoin(
            unit, (unit.c.serial == position.c.label_serial) & (position.c.label_serial != "")
        )
        .where(or_(unit.c.model == model, unit.c.model.is_(None) & (position.c.model == model)))
        .order_by(firmware_change.c.position_id, firmware_change.c.at, firmware_change.c.id)
    )
    return _gather(
        (
            row.position_id,
            row.batch or "",
            Change(of="camera", before=row.from_version, after=row.to_version, at=row.at),
        )
        for row in rows
    )


def _gather(rows: Iterable[tuple[int, str, Change]]) -> tuple[Ran, ...]:
    changes: dict[int, list[Change]] = defaultdict(list)
    lots: dict[int, str] = {}
    for position_id, batch, change in rows:
        changes[position_id].append(change)
        lots[position_id] = batch
    return tuple(
        Ran(position_id=position_id, batch=lots[position_id], changes=tuple(kept))
        for position_id, kept in changes.items()
    )
