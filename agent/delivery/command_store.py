"""Commands that came: begun, and how they ended; doing one twice must do what once does."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.delivery.database import to_us
from agent.wrong import Both
from shared.command import Outcome

# Counted, not timed: a clock that jumps ahead must not make an old command new. One that is
# forgotten is past its ``not_after`` long since.
_KEPT: Final = 1024
_BEGUN: Final = "begun"
_ZH: Final = "\x1e"  # what follows this record separator is the answer in Chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a command that came before."""

    outcome: Outcome | None  # None: begun, and nobody knows how it ended
    detail: Both  # each '' when it was not kept
    times_begun: int


def find(db: sqlite3.Connection, command_id: str) -> Past | None:
    """What an earlier delivery came to; None when the command is new."""
    row = db.execute(
        "SELECT outcome FROM command_seen WHERE command_id = ?", (command_id,)
    ).fetchone()
    if row is None:
        return None
    # First line the outcome, as older agents wrote it; the rest says more.
    outcome, _, rest = str(row[0]).partition("\n")
    if outcome == _BEGUN:
        return Past(outcome=None, detail=Both("", ""), times_begun=int(rest or "1"))
    english, _, chinese = rest.partition(_ZH)
    return Past(outcome=Outcome(outcome), detail=Both(english, chinese), times_begun=0)


def keep_begun(db: sqlite3.Connection, command_id: str, *, times: int, issued_at: datetime) -> None:
    """Note, before anything is done, that it is about to be."""
    _keep(db, command_id, f"{_BEGUN}\n{times}", issued_at)


def keep_outcome(
    db: sqlite3.Connection, command_id: str, outcome: Outcome, detail: Both, *, issued_at: datetime
) -> None:
    """Note how a command ended; the oldest of many are dropped."""
    english = detail.en.replace(_ZH, " ")  # a device's words may hold anything
    _keep(db, command_id, f"{outcome.value}\n{english}{_ZH}{detail.zh}", issued_at)
    db.execute(
        """
        DELETE FROM command_seen WHERE command_id IN (
            SELECT command_id FROM command_seen ORDER BY at_us DESC LIMIT -1 OFFSET ?
        )
        """,
        (_KEPT,),
    )


def _keep(db: sqlite3.Connection, command_id: str, text: str, issued_at: datetime) -> None:
    db.execute(
        "INSERT OR REPLACE INTO command_seen VALUES (?, ?, ?)",
        (command_id, to_us(issued_at), text),
    )
