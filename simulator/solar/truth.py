"""What can be the matter with a solar 4G camera; the truth that a diagnosis is held against."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final


class Truth(enum.Enum):
    """One matter; HEALTHY is the absence of any."""

    HEALTHY = "healthy"
    # Energy: what the owner, the fitter or the season answers for.
    DIRTY = "dirty"
    SHADED = "shaded"
    SNOW = "snow"
    COLD = "cold"
    LOW_SUN = "low_sun"
    OVER_USE = "over_use"
    PANEL_LOOSE = "panel_loose"
    MAINS = "mains"
    GAUGE_STUCK = "gauge_stuck"
    # Energy: what the factory answers for.
    PANEL_DEAD = "panel_dead"
    CHARGER_DEAD = "charger_dead"
    BATTERY_WORN = "battery_worn"
    # Radio: what carrier, owner or place answer for.
    WEAK_CELL = "weak_cell"
    CELL_OUTAGE = "cell_outage"
    BAND_CHANGE = "band_change"
    SIM_GONE = "sim_gone"
    APN_WRONG = "apn_wrong"
    PLAN_USED_UP = "plan_used_up"
    # Radio: what the factory answers for.
    ANTENNA_BROKEN = "antenna_broken"
    ANTENNA_CORRODING = "antenna_corroding"
    MODEM_DEAD = "modem_dead"
    # The whole site.
    SITE_OUTAGE = "site_outage"


CLAIMABLE: Final = frozenset(
    {
        Truth.PANEL_DEAD,
        Truth.CHARGER_DEAD,
        Truth.BATTERY_WORN,
        Truth.ANTENNA_BROKEN,
        Truth.ANTENNA_CORRODING,
        Truth.MODEM_DEAD,
    }
)
"""Faults of the product; everything else is an excuse, and no claim may come of it."""

PANEL_SIDE: Final = frozenset(
    {Truth.DIRTY, Truth.SHADED, Truth.PANEL_LOOSE, Truth.PANEL_DEAD, Truth.CHARGER_DEAD}
)
"""What keeps the sun's energy out of the battery on one camera alone."""

SEASONAL: Final = frozenset({Truth.COLD, Truth.LOW_SUN, Truth.SNOW})
"""What the books of a month find by themselves, whatever a life was planned to be about."""

SITE_WIDE: Final = frozenset(
    {
        Truth.SNOW,
        Truth.COLD,
        Truth.LOW_SUN,
        Truth.WEAK_CELL,
        Truth.CELL_OUTAGE,
        Truth.SITE_OUTAGE,
    }
)
"""What befalls every camera of a site."""

RADIO: Final = frozenset(
    {
        Truth.WEAK_CELL,
        Truth.CELL_OUTAGE,
        Truth.BAND_CHANGE,
        Truth.SIM_GONE,
        Truth.APN_WRONG,
        Truth.PLAN_USED_UP,
        Truth.ANTENNA_BROKEN,
        Truth.ANTENNA_CORRODING,
        Truth.MODEM_DEAD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One truth of one camera from ``onset`` on; ``variant`` in 0..1 picks its form."""

    truth: Truth
    onset: datetime
    variant: float = 0.5
