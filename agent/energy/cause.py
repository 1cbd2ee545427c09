"""Why a camera's charge is as it is: the causes, and what a look at its days has found."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date


class Cause(enum.Enum):
    """The words are told as ``energy.cause``."""

    HEALTHY = "healthy"
    WEAK = "dirty_or_shaded"
    PANEL_DEAD = "panel_dead"
    NOT_CHARGING = "not_charging"
    COLD = "cold"
    WORN = "worn"
    OVER_USE = "over_use"
    MAINS = "mains"
    GAUGE_STUCK = "gauge_stuck"
    LOW_SEASON = "low_season"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the days up to one say.

    ``suspected`` with ``settle`` is what it looks like while a guard is missing: no verdict, and
    what would settle it. ``excluded`` are causes that this day's figures speak against: their
    faults may be cleared by it.
    """

    day: date
    cause: Cause
    because: Said
    suspected: Cause | None = None
    settle: Said | None = None
    excluded: frozenset[Cause] = field(default=frozenset())
    capacity_percent: float | None = None  # of day 0
    use_ratio: float | None = None  # of its own first days
    siblings_share: float | None = None  # own gain of the siblings' median
