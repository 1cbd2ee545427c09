"""Whether the site had sun on a day, and warmth, as the sibling cameras bear it out; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported
from agent.energy.turning import NOISE_PERCENT

MAINS: Final = frozenset({"dc", "mains", "adapter", "usb", "wired"})
"""Words of ``battery.source`` for something other than the sun."""
NEARLY_FULL: Final = 99
"""In whole percent; a gauge that never shows less may hang on a cable."""
_SUN_MW: Final = 1000.0
"""A panel that gives a watt has sun on it: a tenth of the largest that such cameras carry."""
_HALF: Final = 0.5
_LATELY: Final = 3
_DOWN_PERCENT: Final = 6.0
_LOW_PERCENT: Final = 60.0
_HIGH_PERCENT: Final = 85.0
_NEAR: Final = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDay:
    """What the siblings say of a day."""

    witnesses: int = 0
    sunlit: int = 0  # of them, that had sun on the panel
    charged: int = 0  # that rose: there the temperature allowed it too
    temperature_low_c: float | None = None  # the median of theirs

    @property
    def had_sun(self) -> bool:
        """At least half of those that can tell; False without a witness."""
        return self.witnesses > 0 and self.sunlit >= self.witnesses * _HALF

    @property
    def could_charge(self) -> bool:
        """At least half of them did."""
        return self.witnesses > 0 and self.charged >= self.witnesses * _HALF


def site_days(
    siblings: Mapping[str, Mapping[date, EnergyDay]], *, full: float
) -> dict[date, SiteDay]:
    """By date; days of which no sibling tells anything are left out.

    A charger that begins again only some percent below full rests for days: one that is charged
    every few days and high between is kept so by the sun.
    """
    found: dict[date, list[tuple[bool, bool, EnergyDay]]] = {}
    for days in witnesses(siblings).values():
        charged = {day for day, one in days.items() if _is_charged(one, full=full)}
        for day, one in days.items():
            if is_supported(one):
                near = any(day + timedelta(days=off) in charged for off in _NEAR)
                kept = near and (one.charge_high or 0.0) >= _HIGH_PERCENT
                lit = kept or (one.panel_peak_mw or 0.0) >= _SUN_MW
                found.setdefault(day, []).append((day in charged or lit, day in charged, one))
    return {day: _site_day(words) for day, words in found.items()}


def witnesses(
    siblings: Mapping[str, Mapping[date, EnergyDay]],
) -> dict[str, Mapping[date, EnergyDay]]:
    """Those whose gauge moves: one that never does is on the mains, or its gauge is stuck.

    A cable charges in the dark, and near full a gauge flickers: who hangs on one, by its word or
    by never having left the top, tells nothing of the sun.
    """
    return {
        name: days
        for name, days in siblings.items()
        if _moves(days.values()) and not is_on_cable(days.values())
    }


def is_on_cable(days: Iterable[EnergyDay]) -> bool:
    """Whether most of the days that name a source name something other than the sun."""
    said = [day.source in MAINS for day in days if day.source]
    return sum(said) * 2 > len(said)


def is_short(days: Sequence[EnergyDay], *, full: float) -> bool:
    """Whether over these days the sun gave less than was taken.

    It has not been full lately, and it went down, or hangs about low: one day more or less is a
    gauge's error, and a cloud's.
    """
    highs = [day.charge_high for day in days if day.charge_high is not None]
    first = next((day.charge_first for day in days if day.charge_first is not None), None)
    last = next((day.charge_last for day in reversed(days) if day.charge_last is not None), None)
    if not highs or first is None or last is None or max(highs[-_LATELY:]) >= full:
        return False
    return last - first <= -_DOWN_PERCENT or max(highs) < _LOW_PERCENT


def _site_day(words: Sequence[tuple[bool, bool, EnergyDay]]) -> SiteDay:
    lows = [day.temperature_low_c for _, _, day in words if day.temperature_low_c is not None]
    return SiteDay(
        witnesses=len(words),
        sunlit=sum(lit for lit, _, _ in words),
        charged=sum(charged for _, charged, _ in words),
        temperature_low_c=median(lows) if lows else None,
    )


def _is_charged(day: EnergyDay, *, full: float) -> bool:
    """It rose by more than the gauge's noise, or was made full again, or said that it charges.

    A gauge by voltage stands at 100 for weeks on a large battery; its charger does not.
    """
    if day.charging_visits or max(day.rise, day.room_change) >= NOISE_PERCENT:
        return True
    high, low = day.charge_high, day.charge_low
    return high is not None and low is not None and low < high and high >= full


def _moves(days: Iterable[EnergyDay]) -> bool:
    values = {value for day in days for value in day.gauge}
    return len(values) > 1 and min(values) < NEARLY_FULL
