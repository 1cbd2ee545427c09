"""When an agent first saw a label serial, at whatever position it hangs now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from collector.store.tables import position


def of_serial(db: Connection, serial: str) -> datetime | None:
    """Since when the serial is known to hang somewhere; None for '' and where nobody saw it."""
    if not serial:
        return None
    moment: datetime | None = db.execute(
        select(func.min(position.c.serial_since, type_=position.c.serial_since.type)).where(
            position.c.label_serial == serial
        )
    ).scalar_one()
    return moment
