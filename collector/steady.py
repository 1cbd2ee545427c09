"""Notices that the collector's clock was set, so that no hold time is skipped or stretched."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from collector.store import meta
from collector.store.shift import shift_waits

log = logging.getLogger(__name__)

# NTP slews by 0.5 ms a second at most; what differs by more between two looks was set by hand, by
# NTP after a start without a battery-backed clock, or slept through by a suspended machine.
NOTICED: Final = timedelta(seconds=30)


class Steady:
    """Compares the clock on the wall with one that only runs forward."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: tuple[datetime, float] | None = None

    def settle(self, *, now: datetime, monotonic_s: float) -> timedelta:
        """Shift what is waited for by the jump since the last look; zero when there was none."""
        jump = timedelta(0)
        if self._seen is not None:
            wall, monotonic = self._seen
            jump = (now - wall) - timedelta(seconds=monotonic_s - monotonic)
        if abs(jump) < NOTICED:
            self._seen = (now, monotonic_s)
            return timedelta(0)
        with self._engine.begin() as db:
            shifted = shift_waits(db, by=jump)
            meta.note(
                db,
                actor="collector",
                action="clock.jumped",
                detail=f"by {jump.total_seconds():.0f} s; {shifted} pending decisions moved along",
                now=now,
            )
        self._seen = (now, monotonic_s)  # only after the commit: a failed shift is tried again
        log.warning(
            "the clock jumped by %.0f s; %d pending decisions moved along",
            jump.total_seconds(),
            shifted,
        )
        return jump
