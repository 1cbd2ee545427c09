"""What a device was read as before: asked of the database by the rule that wants it.

Most rules that look back do so only when a fault seems to be there; to read ten days of each of
their names in every pass was most of the pass.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Set

from agent.delivery import reading_store
from agent.diagnosis.rule import HISTORY_PER_NAME
from shared.reading import Reading


class LookingBack(Mapping[str, tuple[Reading, ...]]):
    """Earlier readings of ``names``, oldest first; each name is read once, when it is asked for.

    For use within the pass's transaction. What the pass itself adds later is not among them.
    """

    def __init__(self, db: sqlite3.Connection, device_id: str, names: Set[str]) -> None:
        self._db = db
        self._device_id = device_id
        self._names = names
        self._upto = reading_store.newest_id(db)
        self._read: dict[str, tuple[Reading, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Reading, ...]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = reading_store.earlier(
                self._db, self._device_id, name, limit=HISTORY_PER_NAME, upto=self._upto
            )
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)
