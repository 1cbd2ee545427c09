"""What devices have cost today, and when each probe ran last."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from agent.budget import Spend
from agent.delivery.database import from_us, to_us

_DEVICE = ""  # the row of a device as a whole, beside those of its probes


def read_spend(db: sqlite3.Connection, device_id: str, *, now: datetime) -> Spend:
    """The device's spend of the current day; a fresh one when it has none."""
    row = db.execute(
        """
        SELECT day, bytes, logins, wakeups, writes, requests, awake_ms FROM spend
        WHERE device_id = ? ORDER BY day DESC LIMIT 1
        """,
        (device_id,),
    ).fetchone()
    if row is None:
        return Spend(now.date())
    return Spend(date.fromisoformat(row[0]), *row[1:]).on(now)


def keep_spend(db: sqlite3.Connection, device_id: str, spend: Spend) -> None:
    """Keep the spend of a day; earlier days are dropped."""
    day = spend.day.isoformat()
    db.execute("DELETE FROM spend WHERE device_id = ? AND day <> ?", (device_id, day))
    db.execute(
        """
        INSERT OR REPLACE INTO spend
            (device_id, day, bytes, logins, wakeups, writes, requests, awake_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            *(device_id, day, spend.bytes, spend.logins, spend.wakeups, spend.writes),
            *(spend.requests, spend.awake_ms),
        ),
    )


def read_runs(db: sqlite3.Connection) -> dict[tuple[str, str], datetime]:
    """When each probe ran last, by (device, probe)."""
    rows = db.execute("SELECT device_id, probe, at_us FROM last_run WHERE probe <> ?", (_DEVICE,))
    return {(device, probe): from_us(at_us) for device, probe, at_us in rows}


def keep_run(db: sqlite3.Connection, device_id: str, probe: str, *, now: datetime) -> None:
    """Note that a probe ran (or was refused by the budget, which counts as its turn)."""
    db.execute(
        """
        INSERT INTO last_run (device_id, probe, at_us) VALUES (:device, :probe, :now)
        ON CONFLICT (device_id, probe) DO UPDATE SET at_us = excluded.at_us
        """,
        {"device": device_id, "probe": probe, "now": to_us(now)},
    )


def read_failures(db: sqlite3.Connection) -> dict[str, int]:
    """Passes in a row in which a device did not answer at all."""
    rows = db.execute("SELECT device_id, failures FROM last_run WHERE probe = ?", (_DEVICE,))
    return {device: failures for device, failures in rows}


def keep_failures(db: sqlite3.Connection, device_id: str, failures: int, *, now: datetime) -> None:
    """Keep that count."""
    db.execute(
        "INSERT OR REPLACE INTO last_run VALUES (?, ?, ?, ?)",
        (device_id, _DEVICE, to_us(now), failures),
    )
