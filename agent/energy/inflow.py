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

_A_SILENCE_D: Final = 7
_EMPTY: Final = 10.0
_TRICKLE_A_DAY: Final = 1.5
_MOST_TRICKLE: Final = 20.0
"""Percent, a day and in all. Empty, a camera draws nothing: what a cracked panel leaks wakes it
after a fortnight for a day or two, and that is no charge (a sound one gives ten times as much)."""

_A_CHARGE_MAH: Final = 50.0
"""Of a day: a quarter of an hour by a small panel; less is a current's own error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """What is known of a camera that its days' inflow is judged by.

    ``keeps_word``: it has said before that it charges, so that its *no* means something.
    ``tells_current``: the current has shown a charge before.
    ``unseen``: by day, what the charge rose by in gaps that nobody watched.
    """

    noise: float
    full: float
    dead_mw: float
    keeps_word: bool
    tells_current: bool
    unseen: Mapping[date, float]

    def is_idle(self, at: date, day: EnergyDay) -> bool:
        """Nothing came in though there was room."""
        has_room = (day.charge_high or 0.0) < self.full
        if not has_room or day.charging_visits or day.room_change >= self._least(day):
            return False
        if self.unseen.get(at, 0.0) >= _UNSEEN_PERCENT:
            return False
        if self._risen(day) >= 2 * self.noise and day.panel_peak_mw is None:
            return False  # its gauge may have jumped; that nothing came in is no longer certain
        return bool(day.charging_reads) or day.rise < self.noise

    def took(self, at: date, day: EnergyDay) -> bool:
        """Whether something came in for certain: it said so, rose in the sun, or in a silence."""
        if day.charging_visits or self.unseen.get(at, 0.0) >= _UNSEEN_PERCENT:
            return True
        if self._is_denied(day):
            return False
        risen, least = self._risen(day), 2 * self.noise
        if day.sun_s:
            risen, least = day.room_change, self._least(day)
        return risen >= (least + self.noise if self._said_no(day) else least)

    def _least(self, day: EnergyDay) -> float:
        """A rise that is one: twice the noise where it said at every visit that it charges not."""
        return 2 * self.noise if self._said_no(day) else self.noise

    def _is_denied(self, day: EnergyDay) -> bool:
        """It said no, and at no visit did its panel give anything, or its current show any: what
        rose is its gauge's own."""
        gave_none = day.panel_peak_mw is not None and day.panel_peak_mw < self.dead_mw
        took_none = self.tells_current and day.current_s > 0 and day.in_mah == 0
        return (gave_none or took_none) and self._said_no(day)

    def _said_no(self, day: EnergyDay) -> bool:
        lit = day.sun_visits if day.sun_s else day.charging_reads // 2
        asked = min(day.charging_reads, lit)
        return self.keeps_word and asked >= _ASKED and not day.charging_visits

    def _risen(self, day: EnergyDay) -> float:
        """By how much; one that said no by how much it stood higher than at its beginning: a gauge
        that wavers all the way down rises many times, and climbs nowhere."""
        climb = (day.charge_high or 0.0) - (day.charge_first or 0.0)
        return climb if self._said_no(day) else day.rise


def inflow_of(
    days: Mapping[date, EnergyDay], *, noise: float, full: float, dead_mw: float
) -> Inflow:
    """What these days tell of how the camera's words are to be taken."""
    charged = [day for day in days.values() if day.charging_visits]
    return Inflow(
        noise=noise,
        full=full,
        dead_mw=dead_mw,
        keeps_word=bool(charged),
        tells_current=any(day.in_mah >= _A_CHARGE_MAH for day in charged),
        unseen=unseen_rises(days),
    )


def unseen_rises(days: Mapping[date, EnergyDay]) -> dict[date, float]:
    """By how much the charge of each day is higher than what was seen of it accounts for."""
    found: dict[date, float] = {}
    before: tuple[date, float] | None = None
    for at, day in days.items():
        if day.charge_first is None or day.charge_last is None:
            continue
        within = day.charge_last - day.charge_first - (day.rise - day.fall)
        between = 0.0 if before is None else day.charge_first - before[1]
        if before is not None and before[1] <= _EMPTY and (at - before[0]).days > _A_SILENCE_D:
            between -= min(_MOST_TRICKLE, _TRICKLE_A_DAY * (at - before[0]).days)
        found[at] = max(within, between)
        before = (at, day.charge_last)
    return found
