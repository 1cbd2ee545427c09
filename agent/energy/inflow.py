"""Whether anything came in on a day: by the device's word, its gauge, and its silences; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from agent.energy.day import EnergyDay

_ASKED: Final = 3
"""Visits with the sun high in which it said that it charges not: fewer miss a short charge."""
_UNSEEN_PERCENT: Final = 10.0
"""What a charge is higher by after a silence than before it and yet was not charged: a cell that
rests after a deep discharge recovers a tenth of a volt or two, some 5 to 8 % of a gauge by voltage,
and one that counts may mend its count. Beyond that something came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """What is known of a camera that its days' inflow is judged by.

    ``keeps_word``: it has said before that it charges, so that its *no* means something.
    ``unseen``: by day, what the charge rose by in gaps that nobody watched.
    """

    noise: float
    full: float
    keeps_word: bool
    unseen: Mapping[date, float]

    def is_idle(self, at: date, day: EnergyDay) -> bool:
        """Nothing came in though there was room."""
        has_room = (day.charge_high or 0.0) < self.full
        if not has_room or day.charging_visits or day.room_change >= self._least(day):
            return False
        if self.unseen.get(at, 0.0) >= _UNSEEN_PERCENT:
            return False
        if day.rise >= 2 * self.noise and day.panel_peak_mw is None:
            return False  # its gauge may have jumped; that nothing came in is no longer certain
        return bool(day.charging_reads) or day.rise < self.noise

    def took(self, at: date, day: EnergyDay) -> bool:
        """Whether something came in for certain: it said so, rose in the sun, or in a silence."""
        if day.charging_visits or self.unseen.get(at, 0.0) >= _UNSEEN_PERCENT:
            return True
        return day.room_change >= self._least(day) if day.sun_s else day.rise >= 2 * self.noise

    def _least(self, day: EnergyDay) -> float:
        """A rise that is one: twice the noise where it said at every visit that it charges not."""
        asked = min(day.charging_reads, day.sun_visits)
        said_no = self.keeps_word and asked >= _ASKED and not day.charging_visits
        return 2 * self.noise if said_no else self.noise


def unseen_rises(days: Mapping[date, EnergyDay]) -> dict[date, float]:
    """By how much the charge of each day is higher than what was seen of it accounts for."""
    found: dict[date, float] = {}
    before: float | None = None
    for at, day in days.items():
        if day.charge_first is None or day.charge_last is None:
            continue
        within = day.charge_last - day.charge_first - (day.rise - day.fall)
        between = 0.0 if before is None else day.charge_first - before
        found[at] = max(within, between)
        before = day.charge_last
    return found
