"""Days set aside: a clock that was set back left them in its future.

Two clocks may have been wrong: the one before, which was ahead, or the one now, which is behind.
Nobody can tell, so the days are neither dropped nor left where the true ones of the same dates
will stand. They come back when the clock leaps over all of them at once and that of meanwhile is
the less likely one: it dated days before there was any agent (a board without a battery-backed
clock starts in 1970 until it hears the time), or fewer days than were set aside. What was dated
meanwhile is set aside in their place. Otherwise its days stand: a gateway that was off for months
leaps too.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Final

from agent.delivery import day_store
from agent.delivery.day_store import KEPT_DAYS, OPEN

A_STEP: Final = timedelta(days=1)
"""A clock that steps over midnight was not set to another time."""
FIRST: Final = date(2025, 1, 1)
"""No agent of ours kept a day before this one: an earlier date is a clock's mistake."""
_AHEAD: Final = ":ahead:"  # behind a kind and before the first day that the clock then dated
_BEHIND: Final = ":behind"  # behind a kind: dated by a clock that was behind


def newest(db: sqlite3.Connection, device_id: str, kind: str) -> date | None:
    """The last day that is kept, closed or open; None before the first visit."""
    (day,) = db.execute(
        "SELECT max(day) FROM device_day WHERE device_id = ? AND kind IN (?, ?)",
        (device_id, kind, kind + OPEN),
    ).fetchone()
    return None if day is None else date.fromisoformat(day)


def set_aside(db: sqlite3.Connection, device_id: str, kind: str, *, today: date) -> None:
    """Take all days after ``today`` out of the way, the open one too, and remember from which day
    on the clock dates anew."""
    is_known = today in day_store.read(db, device_id, kind, since=today)
    since = today + A_STEP if is_known else today
    db.execute(
        """
        UPDATE OR REPLACE device_day SET kind = kind || ?
        WHERE device_id = ? AND kind IN (?, ?) AND day > ?
        """,
        (f"{_AHEAD}{since.isoformat()}", device_id, kind, kind + OPEN, today.isoformat()),
    )
    db.execute(
        """
        DELETE FROM device_day WHERE device_id = :device AND kind GLOB :aside AND (kind, day) NOT IN
            (SELECT kind, day FROM device_day WHERE device_id = :device AND kind GLOB :aside
             ORDER BY kind DESC, day DESC LIMIT :most)
        """,
        {"device": device_id, "aside": f"{kind}{_AHEAD}*", "most": KEPT_DAYS},
    )


def give_back(
    db: sqlite3.Connection, device_id: str, kind: str, *, opened: date, today: date
) -> bool:
    """Put back what the clock leapt over from the day that was open, where its days are the more
    likely ones; True when that was any."""
    groups = db.execute(
        """
        SELECT substr(kind, -10), min(day), max(day), count(*) FROM device_day
        WHERE device_id = ? AND (kind GLOB ? OR kind GLOB ?) GROUP BY 1 ORDER BY 1
        """,
        (device_id, f"{kind}{_AHEAD}*", f"{kind}{OPEN}{_AHEAD}*"),
    ).fetchall()
    leapt = [
        (since, first)
        for since, first, last, count in groups
        if opened.isoformat() < first
        and date.fromisoformat(last) <= today + A_STEP
        and (opened < FIRST or _dated_since(db, device_id, kind, since=since) < count)
    ]
    for since, first in leapt:
        _rename(db, device_id, kind, kind + _BEHIND, since=since, before=first)
        _rename(db, device_id, kind + OPEN, kind + OPEN + _BEHIND, before=first)
        for one in (kind, kind + OPEN):
            _rename(db, device_id, f"{one}{_AHEAD}{since}", one)
    return bool(leapt)


def _dated_since(db: sqlite3.Connection, device_id: str, kind: str, *, since: str) -> int:
    """How many days the clock of meanwhile has closed."""
    (count,) = db.execute(
        "SELECT count(*) FROM device_day WHERE device_id = ? AND kind = ? AND day >= ?",
        (device_id, kind, since),
    ).fetchone()
    return int(count)


def _rename(
    db: sqlite3.Connection,
    device_id: str,
    kind: str,
    to: str,
    *,
    since: str = "",
    before: str = "a",  # behind every date
) -> None:
    db.execute(
        """
        UPDATE OR REPLACE device_day SET kind = ?
        WHERE device_id = ? AND kind = ? AND day >= ? AND day < ?
        """,
        (to, device_id, kind, since, before),
    )
