"""What an energy rule may look at: a camera's closed days, and those of its siblings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from agent.charge import Draw
from agent.energy.day import EnergyDay
from agent.energy.levels import EnergyLevels


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyView:
    """Days by date, oldest first; ``day`` is the one that has just closed."""

    day: date
    days: Mapping[date, EnergyDay]
    siblings: Mapping[str, Mapping[date, EnergyDay]] = field(default_factory=dict)
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    draw: Draw | None = None  # what our own visits take; None: not on a battery
    levels: EnergyLevels = field(default_factory=EnergyLevels)
    exchanged_on: date | None = None  # its battery; days before that are not among its days
    sent: Mapping[date, float] = field(default_factory=dict)  # bytes by day, as its modem counts
