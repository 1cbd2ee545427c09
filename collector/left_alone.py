"""Lines for which a job failed: left alone for a while, and then tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FOR: Final = timedelta(hours=1)
"""A line that always fails is rare in the log, and one that failed once is not lost until a
restart."""


class LeftAlone:
    """When each of these lines failed last; a clock that was set back ends their rest too."""

    def __init__(self) -> None:
        self._failed_at: dict[int, datetime] = {}

    def add(self, line_id: int, *, now: datetime) -> None:
        """It failed just now."""
        self._failed_at[line_id] = now

    def at(self, now: datetime) -> frozenset[int]:
        """The lines that rest; the others are forgotten."""
        self._failed_at = {
            line_id: failed_at
            for line_id, failed_at in self._failed_at.items()
            if timedelta(0) <= now - failed_at < FOR
        }
        return frozenset(self._failed_at)
