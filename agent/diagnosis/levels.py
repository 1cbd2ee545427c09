"""The levels that rules judge by; data, with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Thresholds; a configuration may replace each by name."""
