"""What the audit log lacks still, because the disk was full when a camera was written to."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

from agent.delivery import write_log
from agent.delivery.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlogged:
    """One write: ``number`` of its row when only the answer is missing there."""

    row: write_log.Write
    number: int | None
    answer: str
    after: str

    def note(self, db: sqlite3.Connection) -> None:
        """Write what is missing."""
        if self.number is None:
            write_log.add(db, replace(self.row, answer=self.answer, after=self.after))
        else:
            write_log.note_answer(db, self.number, answer=self.answer, after=self.after)


# A camera is written to through short-lived objects, the debt outlives them: kept by file.
_BY_DATABASE: Final[WeakKeyDictionary[Database, dict[str, list[Unlogged]]]] = WeakKeyDictionary()


def unlogged(database: Database, device_id: str) -> list[Unlogged]:
    """What waits of a device, oldest first; the caller appends to it and takes away."""
    return _BY_DATABASE.setdefault(database, {}).setdefault(device_id, [])
