"""What went on between two visits: watched or not, dark or sunny, cold or fit to charge; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.energy.day import Tail
from agent.energy.visit import Figures

LONGEST_GAP: Final = timedelta(hours=4)
"""As in all rules: in a longer gap nobody watched, or the clock was set (UTC+8 is 8 h off)."""
SUN_HIGH_DEG: Final = 10.0
"""From here on a small panel gives something worth counting: at 10 degrees the light has gone
through 5.6 times the air and falls flat, some 10 % of the noon of a clear day is left."""
FREEZING_C: Final = 0.0
FIT_C: Final = (2.0, 45.0)
"""Lithium cells do not charge below 0 or above 45 degrees (makers' data sheets); two degrees
above freezing, for the sensor sits beside the cell."""
ROOM_BELOW: Final = 90.0
"""A charger tapers off near the top, and many begin again only some percent below it: above that
a battery takes nothing though the sun shines, and its panel gives what the camera itself takes."""
EMPTY_BELOW: Final = 2.0
"""An empty battery's gauge cannot fall: it tells nothing of the use."""
_DARK_MW: Final = 20.0
_LIT_MW: Final = 100.0  # ``Levels.daylight_mw``
_S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the visit before to this one."""

    before: Tail
    after: Figures
    sun_deg: float | None
    seconds: int

    @property
    def change(self) -> float | None:
        """By how much the charge changed, in percent; None when one end is not known."""
        if self.before.charge is None or self.after.charge is None:
            return None
        return self.after.charge - self.before.charge

    @property
    def is_dark(self) -> bool:
        """Nothing can have charged it: night, or (site not known) panel and charger say so."""
        if self.before.sun_deg is not None and self.sun_deg is not None:
            return max(self.before.sun_deg, self.sun_deg) <= 0.0
        if self.before.panel_mw is not None and self.after.panel_mw is not None:
            return max(self.before.panel_mw, self.after.panel_mw) < _DARK_MW
        return False

    @property
    def is_sunny(self) -> bool:
        """The sun stood high, or (site not known) the panel was lit."""
        if self.before.sun_deg is not None and self.sun_deg is not None:
            return min(self.before.sun_deg, self.sun_deg) > SUN_HIGH_DEG
        if self.before.panel_mw is not None and self.after.panel_mw is not None:
            return min(self.before.panel_mw, self.after.panel_mw) >= _LIT_MW
        return False

    @property
    def has_room(self) -> bool:
        """Sunny, and the battery could take more."""
        return self.is_sunny and self.before.charge is not None and self.before.charge < ROOM_BELOW

    @property
    def sun_h(self) -> float:
        """Its hours, weighted by the sine of the sun's elevation; 0 where that is not known.

        What falls on level ground under a clear sky goes about with that sine (Lambert's cosine
        law; the air's own share, and the panel's tilt, are left out).
        """
        if self.before.sun_deg is None or self.sun_deg is None:
            return 0.0
        heights = (self.before.sun_deg, self.sun_deg)
        sines = [math.sin(math.radians(max(0.0, deg))) for deg in heights]
        return sum(sines) / 2 * self.seconds / _S_PER_H

    @property
    def is_fit(self) -> bool:
        """Its temperature allowed charging at both ends."""
        return all(one is not None and FIT_C[0] <= one <= FIT_C[1] for one in self._temperatures)

    @property
    def is_cold(self) -> bool:
        """At or below freezing at both ends, and so with sun and room it did not charge."""
        cold = all(one is not None and one <= FREEZING_C for one in self._temperatures)
        charged = self.before.charging or self.after.charging or (self.change or 0.0) > 0
        return cold and self.has_room and not charged

    @property
    def _temperatures(self) -> tuple[float | None, float | None]:
        return self.before.temperature_c, self.after.temperature_c

    def amount(self, before: float | None, after: float | None) -> float | None:
        """Hours times the mean of both ends; None when one is not known."""
        if before is None or after is None:
            return None
        return (before + after) / 2 * self.seconds / _S_PER_H


def span_of(before: Tail | None, after: Figures, now: datetime, sun: float | None) -> Span | None:
    """The span up to this visit; None when nobody watched it, or the clock was set back."""
    if before is None or not timedelta(0) < now - before.at <= LONGEST_GAP:
        return None
    seconds = round((now - before.at).total_seconds())
    return Span(before=before, after=after, sun_deg=sun, seconds=seconds)
