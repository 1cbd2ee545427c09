"""The uplink's account: what its links have carried, and what its data plan lets leave now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from agent.delivery import receipts, uplink_store
from agent.delivery.database import Database
from agent.delivery.link import Carried
from agent.uplink_budget import LAST, DataPlan, Mode, Spent, mode_of, month_of
from shared.health import DataSpend

_KEEP_EVERY: Final = timedelta(minutes=1)
_KEEP_BYTES: Final = 64 * 1024


class Uplink:
    """Counts bytes of one link after the other; kept by the day, so that a restart forgets none."""

    def __init__(
        self,
        plan: DataPlan,
        *,
        database: Database,
        clock: Callable[[], datetime],
        is_metered: bool = False,
    ) -> None:
        self.plan = plan
        self.is_metered = is_metered
        self._database = database
        self._clock = clock
        self._of_link = 0  # of the present link, already counted
        self._unkept = 0
        self._kept_at = clock()
        self._is_measured = True
        self._told: Mode | None = None

    def begin_link(self) -> None:
        """A new link starts to count from zero."""
        self._of_link = 0

    def note(self, carried: Carried) -> None:
        """Take in what the present link has carried; kept each minute, or each 64 KiB."""
        fresh = carried.bytes - self._of_link
        self._is_measured = carried.is_measured
        if fresh > 0:
            self._of_link = carried.bytes
            self._unkept += fresh
        is_time = not timedelta(0) <= self._clock() - self._kept_at < _KEEP_EVERY
        if self._unkept >= _KEEP_BYTES or (self._unkept and is_time):
            self.keep()

    def keep(self) -> None:
        """Write down what has been counted, in a transaction of its own."""
        if not self._unkept:
            return
        now = self._now()
        with self._database.transaction() as db:
            uplink_store.add(db, day=now.date(), count=self._unkept)
        self._unkept, self._kept_at = 0, self._clock()

    def _now(self) -> datetime:
        """The account's time: the collector's by the newest receipt, and never before that one."""
        return receipts.account_time(self._database, now=self._clock())

    def spent(self) -> Spent:
        """The plan's month so far, and today."""
        now, db = self._now(), self._database.connection
        begin, _ = month_of(now, begins_on=self.plan.begins_on)
        today = now.date()
        return Spent(
            month_bytes=uplink_store.between(db, first=begin.date(), last=today) + self._unkept,
            today_bytes=uplink_store.between(db, first=today, last=today) + self._unkept,
        )

    def mode(self) -> Mode:
        """What may leave now."""
        if not self.plan.is_limited:
            return Mode.ALL
        return mode_of(self.plan, self.spent(), now=self._now())

    def told(self, mode: Mode) -> None:
        """A health message that names this mode was appended."""
        self._told = mode

    def is_untold(self) -> bool:
        """True when the mode changed since the last health message."""
        if not self.plan.is_limited or self._told is None:
            return False
        mode = self.mode()
        return mode is not self._told and not {mode, self._told} <= LAST

    def is_said(self) -> bool:
        """True once the farewell was appended: until the next month there is no more to say."""
        return self._told in LAST and self.mode() in LAST

    @property
    def is_paid(self) -> bool:
        """True when bytes cost something: metered, or within a plan."""
        return self.is_metered or self.plan.is_limited

    def is_closed(self, *, health_rows: Callable[[], int]) -> bool:
        """True when no link may be held: the cap is reached, and the farewell has its receipt."""
        mode = self.mode()
        return mode is Mode.CLOSED or (
            mode is Mode.FAREWELL and self._told is Mode.FAREWELL and not health_rows()
        )

    def next_word_s(self, usual_s: float) -> float:
        """By when the next health message will come: in the next month once the cap is near."""
        if self.mode() not in (Mode.FAREWELL, Mode.CLOSED):
            return usual_s
        now = self._now()
        _, ends = month_of(now, begins_on=self.plan.begins_on)
        return (ends - now).total_seconds() + usual_s

    def spend(self) -> DataSpend:
        """The account as the health message tells it."""
        spent = self.spent()
        begin, _ = month_of(self._now(), begins_on=self.plan.begins_on)
        return DataSpend(
            month_bytes=spent.month_bytes,
            today_bytes=spent.today_bytes,
            plan_bytes=self.plan.plan_bytes,
            cap_bytes=self.plan.cap_bytes,
            mode=self.mode().value,
            month_began_at=begin,
            is_measured=self._is_measured,
        )
