"""What time it is at the collector, by which commands expire, however our own clock jumps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agent.delivery.database import Database
from agent.delivery.receipts import collector_time
from shared.receipt import Receipt


class CollectorClock:
    """Counts on from the newest receipt of this run with a clock that nobody sets."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime],
        steady_s: Callable[[], float],
    ) -> None:
        """``steady_s`` counts seconds and never jumps; ``clock`` is the wall clock."""
        self._database = database
        self._clock = clock
        self._steady_s = steady_s
        self._told: tuple[datetime, float] | None = None

    def note(self, receipt: Receipt) -> None:
        """Take the time from a receipt."""
        self._told = (receipt.collector_at, self._steady_s())

    @property
    def is_certain(self) -> bool:
        """True once a receipt of this run has told the time; before that it is a guess."""
        return self._told is not None

    def now(self) -> datetime:
        """The collector's time; before the first receipt by our clock and what it was off."""
        if self._told is None:
            return collector_time(self._database, now=self._clock())
        told_at, steady_s = self._told
        return told_at + timedelta(seconds=self._steady_s() - steady_s)

    def offset(self) -> timedelta | None:
        """Our clock less the collector's; None before a receipt of this run has told its time."""
        return self._clock() - self.now() if self.is_certain else None
