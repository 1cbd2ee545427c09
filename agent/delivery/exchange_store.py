"""What is left behind when another device hangs at a position: nothing of the old one is reused."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from agent.delivery import day_store, keepsake_store
from shared.device import Alias

FIRST_ROW = "first_row"  # keepsake: history rows up to this id are of an earlier device


def leave_behind(
    db: sqlite3.Connection, device_id: str, *, of: tuple[Alias, ...], at: datetime
) -> None:
    """Forget memories, baselines, facts, days and the reference picture; look back no further.

    ``of`` names the device that is gone. What a person accepted of it stays, under its names: the
    dispute about it begins only now.

    Open episodes stay in the snapshot, for nothing has shown that they ended, but get no further
    evidence: the pictures would be another device's. Readings stay until their batch has gone.
    """
    db.execute("DELETE FROM memory WHERE device_id = ?", (device_id,))
    keepsake_store.forget_device(db, device_id, of=of)
    day_store.forget_device(db, device_id)
    db.execute("UPDATE episode SET follow_ups = follow_ups + 1 WHERE device_id = ?", (device_id,))
    (newest,) = db.execute(
        "SELECT coalesce(max(id), 0) FROM history WHERE device_id = ?", (device_id,)
    ).fetchone()
    keepsake_store.keep(db, device_id, FIRST_ROW, str(newest).encode(), at=at)
