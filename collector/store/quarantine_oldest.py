"""The oldest rows of each kind in quarantine, read some at a time and deleted together."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, select

from collector.store import quarantine_gone
from collector.store.quarantine_share import Kind
from collector.store.tables import quarantine

_FIRST: Final = 8  # most batches let few go of a kind; each further look is for twice as many
_AT_ONCE: Final = 256

# Built once: a batch asks them many times, and building one costs more than running it.
_NEXT: Final = (
    select(
        quarantine.c.id,
        quarantine.c.organisation_id,
        quarantine.c["count"].label("times"),
        func.length(quarantine.c.payload).label("size"),
    )
    .where(
        quarantine.c.agent_id == bindparam("of_agent"),
        quarantine.c.reason == bindparam("for_reason"),
        func.coalesce(quarantine.c.lane, 0) == bindparam("on_lane"),
        quarantine.c.id > bindparam("reached"),
    )
    .order_by(quarantine.c.id)
    .limit(bindparam("most"))
)
_DELETE: Final = delete(quarantine).where(quarantine.c.id.in_(bindparam("gone", expanding=True)))


@dataclass(frozen=True, slots=True)
class Oldest:
    """A row that may leave."""

    id: int
    organisation_id: str | None
    times: int
    size: int


class Leaving:
    """Gives rows out to leave; ``write`` deletes those that were given."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._read: dict[Kind, deque[Oldest]] = {}
        self._reached: dict[Kind, int] = {}
        self._looks: dict[Kind, int] = {}
        self._gone: list[int] = []

    def next(self, kind: Kind) -> Oldest | None:
        """The oldest row of a kind that was not given yet; None when the table has no more."""
        rows = self._read.get(kind)
        if rows is None:
            rows = self._read[kind] = deque()
        if not rows:
            rows.extend(self._more(kind))
        if not rows:
            return None
        row = rows.popleft()
        self._reached[kind] = row.id
        self._gone.append(row.id)
        return row

    def write(self, *, now: datetime) -> None:
        """Delete what was given out."""
        for start in range(0, len(self._gone), _AT_ONCE):
            some = self._gone[start : start + _AT_ONCE]
            quarantine_gone.note(self._db, some, now=now)
            self._db.execute(_DELETE, {"gone": some})

    def _more(self, kind: Kind) -> list[Oldest]:
        looks = self._looks.get(kind, 0)
        self._looks[kind] = looks + 1
        rows = self._db.execute(
            _NEXT,
            {
                "of_agent": kind.agent_id,
                "for_reason": kind.reason,
                "on_lane": kind.lane,
                "reached": self._reached.get(kind, 0),
                "most": min(_FIRST << looks, _AT_ONCE),
            },
        )
        return [Oldest(row.id, row.organisation_id, row.times, row.size) for row in rows]
