"""What is left of a data plan, and how long that lasts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Final

from agent.radio.day import RadioDay

_PACE_DAYS: Final = 7
"""A week holds every weekday once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What a plan has left at the end of a day."""

    plan_bytes: float
    used_bytes: float
    per_day_bytes: float | None  # mean of the last week
    days_left: float | None  # at that pace; None where nothing is spent

    @property
    def left_bytes(self) -> float:
        """Never less than nothing."""
        return max(self.plan_bytes - self.used_bytes, 0.0)

    def runs_out_on(self, day: date) -> date | None:
        """The day of the forecast, counted from ``day``; it does not know when a month begins."""
        if self.days_left is None or self.days_left > 3660:
            return None
        return day + timedelta(days=int(self.days_left))


def rest_of(days: Mapping[date, RadioDay], day: date, *, plan_bytes: float | None) -> Rest | None:
    """The plan's rest after ``day``; None without a plan or a counter of the month.

    ``plan_bytes``: the owner's word; the device's own counts where there is none.
    """
    today = days.get(day)
    if today is None or today.bytes_month is None:
        return None
    plan = plan_bytes or today.plan_bytes
    if not plan:
        return None
    recent = [
        one.bytes_used
        for at, one in sorted(days.items())
        if day - timedelta(days=_PACE_DAYS) < at <= day and one.bytes_used is not None
    ]
    pace = fmean(recent) if recent else None
    left = max(plan - today.bytes_month, 0.0)
    return Rest(
        plan_bytes=plan,
        used_bytes=today.bytes_month,
        per_day_bytes=pace,
        days_left=left / pace if pace else None,
    )
