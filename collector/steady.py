"""Lets only time count for a hold in which the collector was at work and its clock ran evenly."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from collector.store import meta
from collector.store.engine import reader
from collector.store.shift import hold_longer, shift_waits

log = logging.getLogger(__name__)

# NTP slews by 0.5 ms a second at most; what differs by more between two looks was set by hand, by
# NTP after a start without a battery-backed clock, or slept through by a suspended machine.
NOTICED: Final = timedelta(seconds=30)
KEPT_EVERY: Final = timedelta(seconds=15)  # half of it: a quick restart goes unnoticed


class Steady:
    """Compares the clock on the wall with one that only runs forward, and with the store's.

    A clock that is set while the process runs shows against the one that only runs forward.
    Whatever happens while it does not run (a stop, a clock set meanwhile, a backup put back), or
    while no broker reaches it, shows against the moment kept in the store. How long that really
    was cannot be known, and a fault may have cleared unheard: so it counts for no hold.
    """

    def __init__(self, engine: Engine, *, tick: timedelta = timedelta(0)) -> None:
        """``tick`` is the usual time between two looks."""
        self._engine = engine
        self._noticed = NOTICED + 2 * tick
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
            until = meta.at_work_until(db)
            if until is not None:
                meta.keep_at_work(db, until=until + jump)
            meta.note(
                db,
                actor="collector",
                action=meta.CLOCK_JUMPED,
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

    def go_on(self, *, now: datetime) -> timedelta:
        """The collector listens at ``now``; the time since it last did counts for no hold.

        Call before anything is decided. Zero when it was at work all the time.
        """
        with reader(self._engine) as db:
            until = meta.at_work_until(db)
        gap = timedelta(0) if until is None else now - until
        if until is not None and abs(gap) < KEPT_EVERY:
            return timedelta(0)
        is_noticed = abs(gap) >= self._noticed
        with self._engine.begin() as db:
            meta.keep_at_work(db, until=now)
            if not is_noticed:
                return timedelta(0)
            if gap < timedelta(0):
                shift_waits(db, by=gap)  # else what was heard in the future is never missed
            held = hold_longer(db, by=max(gap, timedelta(0)), now=now)
            detail = f"not at work for {gap.total_seconds():.0f} s; {held} pending decisions wait"
            meta.note(db, actor="collector", action="work.resumed", detail=detail, now=now)
        log.warning("%s longer", detail)
        return gap
