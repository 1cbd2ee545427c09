"""Several days as one: rates of use and gain, with None where the days do not carry them; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from agent.energy.day import EnergyDay

_S_PER_H: Final = 3600.0
_COVERED_S: Final = 12 * 3600
_READS: Final = 4
_DARK_H: Final = 12.0
"""One or two nights: a gauge in whole percent is then good to 0.1 %/h."""
_ROOM_H: Final = 4.0
_PANEL_H: Final = 4.0
_DAYS_PANEL_H: Final = 1.0


def is_supported(day: EnergyDay) -> bool:
    """Whether a day was watched well enough to be judged: half of it, and the gauge known."""
    return day.covered_s >= _COVERED_S and day.charge_reads >= _READS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Sums over days; a gauge's error stays at the ends of each night and does not add up."""

    days: int
    dark_h: float
    dark_change: float
    room_h: float
    room_change: float
    room_sun_h: float
    panel_h: float
    room_panel_mwh: float

    @property
    def use(self) -> float | None:
        """What it takes in percent an hour, by night, when nothing charges it."""
        if self.dark_h < _DARK_H:
            return None
        return max(0.0, -self.dark_change / self.dark_h)

    @property
    def gained(self) -> float | None:
        """Percent that came in while it had room, what it used meanwhile added."""
        use = self.use
        return None if use is None else self.room_change + use * self.room_h

    @property
    def gain_per_sun_h(self) -> float | None:
        """Percent for an hour of full sun; a small battery takes more percent from the same sun."""
        gained = self.gained
        if gained is None or self.room_h < _ROOM_H or self.room_sun_h <= 0:
            return None
        return max(0.0, gained / self.room_sun_h)

    @property
    def gain_per_wh(self) -> float | None:
        """Percent for a watt-hour of the panel."""
        gained = self.gained
        if gained is None or self.panel_h < _PANEL_H or self.room_panel_mwh < 500:
            return None
        return max(0.0, gained / (self.room_panel_mwh / 1000.0))

    @property
    def panel_mw(self) -> float | None:
        """Mean power of the panel in the sun while the battery had room."""
        return self.room_panel_mwh / self.panel_h if self.panel_h >= _PANEL_H else None

    @property
    def panel_per_sun_h(self) -> float | None:
        """mWh of the panel for an hour of full sun, while the battery had room."""
        if self.panel_h < _DAYS_PANEL_H or self.room_sun_h <= 0:
            return None
        return self.room_panel_mwh / self.room_sun_h


def stretch_of(days: Iterable[EnergyDay]) -> Stretch:
    """The days as one."""
    kept = tuple(days)
    return Stretch(
        days=len(kept),
        dark_h=sum(day.dark_s for day in kept) / _S_PER_H,
        dark_change=sum(day.dark_change for day in kept),
        room_h=sum(day.room_s for day in kept) / _S_PER_H,
        room_change=sum(day.room_change for day in kept),
        room_sun_h=sum(day.room_sun_h for day in kept),
        panel_h=sum(day.room_panel_s for day in kept) / _S_PER_H,
        room_panel_mwh=sum(day.room_panel_mwh for day in kept),
    )
