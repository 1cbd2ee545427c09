"""Commands that were carried out: doing one twice must do what once does."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.database import to_us
from shared.command import Outcome

_KEPT: Final = timedelta(days=90)


def outcome_of(db: sqlite3.Connection, command_id: str) -> Outcome | None:
    """How an earlier delivery of this command ended; None when it is new."""
    row = db.execute(
        "SELECT outcome FROM command_seen WHERE command_id = ?", (command_id,)
    ).fetchone()
    return None if row is None else Outcome(row[0])


def keep_outcome(
    db: sqlite3.Connection, command_id: str, outcome: Outcome, *, now: datetime
) -> None:
    """Note how a command ended; old ones are dropped."""
    db.execute("DELETE FROM command_seen WHERE at_us < ?", (to_us(now - _KEPT),))
    db.execute(
        "INSERT OR REPLACE INTO command_seen VALUES (?, ?, ?)",
        (command_id, to_us(now), outcome.value),
    )
