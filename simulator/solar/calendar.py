"""Where the months of the calendar begin on a life's grid: data plans are counted by them."""

from __future__ import annotations

from datetime import timedelta

from simulator.solar.grid import STEPS_A_DAY, Grid


def month_starts(grid: Grid) -> frozenset[int]:
    """The steps at which a calendar month (UTC) begins."""
    return frozenset(
        day * STEPS_A_DAY for day in range(grid.days) if (grid.start + timedelta(days=day)).day == 1
    )
