"""The steps of a life: half hours of UTC from its first midnight on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.solar.sky import Series

STEP: Final = timedelta(minutes=30)
STEP_H: Final = 0.5
STEPS_A_DAY: Final = 48


@dataclass(frozen=True, kw_only=True)
class Grid:
    """``days`` days of half hours."""

    start: datetime
    days: int

    @property
    def steps(self) -> int:
        """How many half hours."""
        return self.days * STEPS_A_DAY

    @property
    def end(self) -> datetime:
        """The moment after the last step."""
        return self.start + timedelta(days=self.days)

    @cached_property
    def seconds(self) -> Series:
        """The middle of each step, in seconds since 1970 UTC."""
        first = self.start.astimezone(UTC).timestamp()
        half_hours = np.arange(self.steps, dtype=np.float64) + 0.5
        middles: Series = first + half_hours * STEP.total_seconds()
        return middles

    @cached_property
    def day_of_step(self) -> NDArray[np.int64]:
        """Which day of the life each step belongs to."""
        return np.arange(self.steps) // STEPS_A_DAY

    def step_at(self, at: datetime) -> int:
        """The step of a moment; the first or last one for what lies outside."""
        return min(max((at - self.start) // STEP, 0), self.steps - 1)

    def since(self, onset: datetime) -> Series:
        """Days since ``onset`` of each step; negative before it."""
        return (self.seconds - onset.timestamp()) / 86_400
