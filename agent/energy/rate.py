"""A rate over several days with its error: percent an hour, percent for a watt-hour; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_FEWEST: Final = 4
CERTAIN: Final = 2.0
"""Standard errors on either side within which the true value is taken to lie (about 95 %)."""
_MOST_ERROR: Final = 5.0
"""A sum that is next to nothing has an error of any size; this one says already that nothing is
known, and its limits are numbers yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A value and its relative standard error."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """What it is at least."""
        return self.value * math.exp(-CERTAIN * self.error)

    @property
    def high(self) -> float:
        """What it is at most."""
        return self.value * math.exp(CERTAIN * self.error)

    @property
    def inverse(self) -> Rate:
        """One over it."""
        return Rate(value=1.0 / self.value, error=self.error)

    def over(self, usual: float) -> Rate:
        """So many times what is usual."""
        return Rate(value=self.value / usual, error=self.error)


def rate_of(pairs: Sequence[tuple[float, float]], *, floor: float) -> Rate | None:
    """Sum of the first over sum of the second; None when there are too few, or it is not positive.

    The error is that of a ratio estimator (Cochran, Sampling Techniques, 6.3): how far the days
    lie from the common rate. ``floor`` is what a single day is off by at least, in units of the
    first: the gauge's step shows in it, when all days happen to read the same.
    """
    used = [(amount, over) for amount, over in pairs if over > 0]
    total, over_all = sum(one for one, _ in used), sum(over for _, over in used)
    if len(used) < _FEWEST or total <= 0:
        return None
    value = total / over_all
    spread = sum((amount - value * over) ** 2 for amount, over in used)
    spread *= len(used) / (len(used) - 1)
    error = math.sqrt(max(spread, len(used) * floor**2)) / total
    return Rate(value=value, error=min(error, _MOST_ERROR))


def ratio(now: Rate | None, before: Rate | None) -> Rate | None:
    """How many times what it was; errors of a quotient add up as squares."""
    if now is None or before is None:
        return None
    return Rate(value=now.value / before.value, error=math.hypot(now.error, before.error))
