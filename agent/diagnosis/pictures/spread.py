"""A figure's own past in one light: where it lies, how far it strays; robust and pure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from statistics import median
from typing import Final

_NORMAL: Final = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution (Hampel 1974)."""

_TRIMMED: Final = 0.05
"""Left out at each end: one headlight that was learnt must not hide a fault for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """What is usual for one figure of one camera in one light."""

    median: float
    spread: float  # 1.4826 times the median absolute deviation
    low: float  # lowest and highest that was learnt, a twentieth left out at each end
    high: float
    count: int

    def below(self, *, least: float, k: float) -> float:
        """The bar under which a value departs from this camera's own.

        The farther of a fixed least change and ``k`` spreads under the median, and a third of
        the least change beyond the lowest healthy value: weather and traffic are in that one.
        """
        return min(self.median - max(least, k * self.spread), self.low - least / 3)

    def above(self, *, least: float, k: float) -> float:
        """The bar over which a value departs from this camera's own; mirror of ``below``."""
        return max(self.median + max(least, k * self.spread), self.high + least / 3)


@functools.lru_cache(maxsize=1024)  # columns are asked of by several rules, visit after visit
def norm_of(values: tuple[float, ...]) -> Norm:
    """The norm of at least one value; ValueError for none."""
    if not values:
        raise ValueError("no value, no norm")
    centre = median(values)
    ordered = sorted(values)
    trimmed = int(_TRIMMED * len(ordered))
    return Norm(
        median=centre,
        spread=_NORMAL * median(abs(value - centre) for value in values),
        low=ordered[trimmed],
        high=ordered[-1 - trimmed],
        count=len(values),
    )
