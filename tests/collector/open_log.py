"""Opens the log of claim lines for a test that plays the forger: the database refuses it."""

from __future__ import annotations

from sqlalchemy import Connection

TRIGGERS = {
    "sqlite": ("claim_event_no_update", "claim_event_no_delete"),
    "postgresql": ("claim_event_no_change", "claim_event_no_truncate"),
}


def open_log(db: Connection) -> None:
    """Take the triggers away, as somebody with the database's own password could."""
    for name in TRIGGERS[db.dialect.name]:
        on = " ON claim_event" if db.dialect.name == "postgresql" else ""
        db.exec_driver_sql(f"DROP TRIGGER {name}{on}")
