"""The fleet's table: positions and what hangs there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from collector.store.scope import Scope
from collector.store.tables import (
    episode,
    position,
    site,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One position and what hangs there, as last heard."""

    id: int
    agent_id: str
    organisation_id: str
    device_id: str
    site_id: str
    site_name: str
    zone: str
    name: str
    label_serial: str
    serial_source: str
    doubted_serial: str
    manufacturer: str
    model: str
    firmware: str
    standing: str
    standing_reason: str
    standing_at: datetime | None
    last_good_at: datetime | None
    picture_sha256: str
    picture_at: datetime | None
    reference_sha256: str
    open_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilter:
    """What the fleet's table shows; empty means all."""

    site: str = ""
    standing: str = ""
    model: str = ""
    search: str = ""


_COLUMNS = (position, site.c.name.label("site_name"), site.c.zone)
_FROM = position.join(site, site.c.id == position.c.site_id)


def list_devices(
    db: Connection, scope: Scope, wanted: DeviceFilter, *, after: int = 0, limit: int = 200
) -> tuple[Device, ...]:
    """Devices of the slice by id, after the given one."""
    query = (
        select(*_COLUMNS)
        .select_from(_FROM)
        .where(scope.covers(position.c.organisation_id), position.c.id > after)
    )
    if wanted.site:
        query = query.where(position.c.site_id == wanted.site)
    if wanted.standing:
        query = query.where(position.c.standing == wanted.standing)
    if wanted.model:
        query = query.where(position.c.model == wanted.model)
    if wanted.search:
        columns = (position.c.name, position.c.label_serial, position.c.device_id, position.c.model)
        query = query.where(or_(*(c.icontains(wanted.search, autoescape=True) for c in columns)))
    rows = db.execute(query.order_by(position.c.id).limit(limit)).all()
    codes = _open_codes(db, [row.id for row in rows])
    return tuple(_read_device(row, codes.get(row.id, ())) for row in rows)


def find_device(db: Connection, scope: Scope, device: int) -> Device | None:
    """The device; None when it does not exist or lies outside the slice."""
    row = db.execute(
        select(*_COLUMNS)
        .select_from(_FROM)
        .where(scope.covers(position.c.organisation_id), position.c.id == device)
    ).first()
    if row is None:
        return None
    return _read_device(row, _open_codes(db, [device]).get(device, ()))


def list_sites(db: Connection, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Id and name of the sites in the slice."""
    rows = db.execute(
        select(site.c.id, site.c.name)
        .where(scope.covers(site.c.organisation_id))
        .order_by(site.c.name)
    )
    return tuple((row.id, row.name) for row in rows)


def count_devices(db: Connection, scope: Scope) -> int:
    """How many devices the slice has."""
    return db.execute(
        select(func.count()).select_from(position).where(scope.covers(position.c.organisation_id))
    ).scalar_one()


def _open_codes(db: Connection, devices: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = db.execute(
        select(episode.c.position_id, episode.c.code)
        .where(episode.c.position_id.in_(devices), episode.c.cleared_at.is_(None))
        .distinct()
        .order_by(episode.c.code)
    )
    for row in rows:
        found[row.position_id] = (*found.get(row.position_id, ()), row.code)
    return found


def _read_device(row: Row[Any], codes: tuple[str, ...]) -> Device:
    return Device(
        id=row.id,
        agent_id=row.agent_id,
        organisation_id=row.organisation_id,
        device_id=row.device_id,
        site_id=row.site_id,
        site_name=row.site_name,
        zone=row.zone,
        name=row.name or row.device_id,
        label_serial=row.label_serial,
        serial_source=row.serial_source,
        doubted_serial=row.doubted_serial,
        manufacturer=row.manufacturer,
        model=row.model,
        firmware=row.firmware,
        standing=row.standing,
        standing_reason=row.standing_reason,
        standing_at=row.standing_at,
        last_good_at=row.last_good_at,
        picture_sha256=row.picture_sha256 or "",
        picture_at=row.picture_at,
        reference_sha256=row.reference_sha256 or "",
        open_codes=codes,
    )
