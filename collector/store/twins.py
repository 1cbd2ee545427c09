"""Positions that carry the same label serial at the same time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select

from collector.claims.warranty import Warranty, WarrantyVerdict
from collector.store.tables import position, site

# Both must have answered after both were known to carry the serial: a device that moved from one
# position to another is seen at the old one no more, and is no duplicate.


def alive_elsewhere(db: Connection, *, label_serial: str, position_id: int) -> tuple[str, ...]:
    """Site and name of the other positions where this serial is alive; () for no serial."""
    if not label_serial:
        return ()
    own = position.alias("own")
    rows = db.execute(
        select(position.c.name, position.c.device_id, site.c.name.label("site_name"))
        .join(own, own.c.label_serial == position.c.label_serial)
        .join(site, site.c.id == position.c.site_id)
        .where(
            own.c.id == position_id,
            own.c.label_serial == label_serial,
            position.c.id != own.c.id,
            position.c.last_good_at > position.c.serial_since,
            position.c.last_good_at > own.c.serial_since,
            own.c.last_good_at > own.c.serial_since,
            own.c.last_good_at > position.c.serial_since,
        )
        .order_by(position.c.id)
    )
    return tuple(f"{row.site_name}: {row.name or row.device_id}" for row in rows)


def shared_serials(db: Connection) -> frozenset[str]:
    """Serials that more than one position carries, alive or not; one look at the whole fleet."""
    rows = db.execute(
        select(position.c.label_serial)
        .where(position.c.label_serial != "")
        .group_by(position.c.label_serial)
        .having(func.count() > 1)
    )
    return frozenset(rows.scalars())


OF_OTHERS: Final = Warranty(
    verdict=WarrantyVerdict.DUPLICATE_SERIAL,
    until=None,
    reason_en="the same serial hangs at a site of somebody else: nothing is submitted by itself "
    "until the factory has found out which of the two it is",
    reason_zh="同一序列号也出现在他人的站点：工厂查明之前不会自动提交",
)
"""For a line that a person reported: whose site it is stays theirs."""


def hangs_elsewhere(db: Connection, *, label_serial: str, organisation_id: str) -> bool:
    """Whether agents of another organisation see a device with this serial."""
    found = select(position.c.id).where(
        position.c.label_serial == label_serial,
        position.c.label_serial != "",
        position.c.organisation_id != organisation_id,
    )
    return db.execute(found.limit(1)).first() is not None
