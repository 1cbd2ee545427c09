"""A promised figure: what it is, what must hold, and how it is measured."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass


class Size(enum.Enum):
    """Short runs fit beside other work; full ones are what the promise is about."""

    SHORT = "short"
    FULL = "full"


class Bound(enum.Enum):
    """On which side of the target a figure must lie."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured number, and what it was measured on: process, wire, counterpart."""

    value: float
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the register; ``measure`` may serve several rows from one run."""

    name: str  # area.figure
    what: str
    unit: str
    bound: Bound
    target: float
    how: str  # process, wire and independent counterpart, in words
    measure: Callable[[Size], Measurement]

    def holds(self, value: float) -> bool:
        """True when the value lies on the promised side of the target."""
        return value <= self.target if self.bound is Bound.AT_MOST else value >= self.target
