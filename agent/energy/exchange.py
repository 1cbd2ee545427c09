"""A battery that somebody exchanged: from one day on it holds clearly more, and that stays; pure.

No battery grows, so what comes after such a step is another one's and is held against nothing
before it. A step down may be a cell that died as well as a smaller battery: that one is left to
``use_causes.worn``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from typing import Final

from agent.energy.case import Case
from agent.energy.day import EnergyDay
from agent.energy.drift import SAME, fall_an_hour, is_metered, percent_drift, use_by_night
from agent.energy.nights import of_one_firmware
from agent.energy.stretch import is_supported
from agent.energy.view import EnergyView

_AFTER: Final = 14
_BEFORE: Final = 28
_FEWEST: Final = 14
_LATELY: Final = 3
_MORE: Final = 1.4
"""A battery that was due holds 70 % at most. Cold takes a fifth from a lithium cell between +20 and
0 degrees: a thaw is less than this."""
_FROST_C: Final = 0.0
"""Below it cold takes more than that fifth: then a thaw looks like a larger battery."""
_SURELY: Final = 1.15


@dataclass(frozen=True, kw_only=True)  # no slots: as its base
class _Step(Case):
    """The newest fortnight beside the four weeks just before it, instead of the first ones."""

    @cached_property
    def kept(self) -> tuple[tuple[date, EnergyDay], ...]:
        """Days of one firmware that were watched well."""
        days = of_one_firmware(self.view.days).items()
        return tuple((day, one) for day, one in days if day <= self.view.day and is_supported(one))

    @cached_property
    def nights(self) -> tuple[tuple[EnergyDay, ...], tuple[EnergyDay, ...]]:
        """After and before the day on which it may have been exchanged.

        Without the deepest night before: on the day itself the gauge jumps to another battery's.
        """
        days = tuple(one for _, one in self.kept)
        earlier = days[:-_AFTER][-_BEFORE:]
        if len(earlier) < _FEWEST:
            return days[-_AFTER:], ()
        deepest = max(earlier, key=lambda day: fall_an_hour((day,)))
        return days[-_AFTER:], tuple(day for day in earlier if day is not deepest)

    @property
    def was_frost(self) -> bool | None:
        """Whether most nights before were below freezing; None where no thermometer tells."""
        earlier = [at for at, _ in self.kept[:-_AFTER][-_BEFORE:]]
        known = [low for at in earlier if (low := self._low_c(at)) is not None]
        return median(known) < _FROST_C if 2 * len(known) > len(earlier) else None

    def _low_c(self, day: date) -> float | None:
        own = self.view.days[day].temperature_low_c
        return self.said(day).temperature_low_c if own is None else own


def exchanged_on(view: EnergyView) -> date | None:
    """Since when another battery hangs there, a fortnight after it was fitted; None for no sign.

    What a percent takes to charge and what a night takes must both have gone down alike: use
    alone, sun alone or a panel alone change one of them. The charge must have been measured: a
    camera that is used less is charged for fewer hours, as one with a larger battery is.
    """
    case = _Step(view=view, levels=view.levels)
    after, before = case.nights
    if not before or not is_metered(case) or _stands(after):
        return None
    drift, use = percent_drift(case), case.drift(use_by_night)
    if drift is None or use is None:
        return None
    if drift.value > 1 / _MORE or drift.high > 1 / _SURELY:
        return None
    if use.value > 1 / _SURELY or use.high >= 1.0:
        return None
    if not SAME[0] <= use.value / drift.value <= SAME[1] or not _stays(after, before):
        return None
    return case.kept[-_AFTER][0] if case.was_frost is False else None


def _stands(days: Sequence[EnergyDay]) -> bool:
    """Its gauge shows one value all day, lately: a stuck one falls by nothing at night."""
    return all(len(day.gauge) <= 1 for day in days[-_LATELY:])


def _stays(after: Sequence[EnergyDay], before: Sequence[EnergyDay]) -> bool:
    """Both weeks of the fortnight say so."""
    half, usual = len(after) // 2, fall_an_hour(before)
    return all(_SURELY * fall_an_hour(week) <= usual for week in (after[:half], after[half:]))
