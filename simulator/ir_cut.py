"""The infrared filter of one device: what it is told, where it stands, what is wrong with it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.fault_set import FaultSet
from simulator.faults import Fault

SLOW_S = timedelta(seconds=8)
RETURNS_AFTER = timedelta(seconds=5)


class FilterMode(enum.Enum):
    """The IrCutFilter setting; ON means the filter is in the light path (day, colour)."""

    ON = "ON"
    OFF = "OFF"
    AUTO = "AUTO"


@dataclass(slots=True)
class IrCut:
    """The setting, its history as far as the mechanics need it, and the real position.

    ``kept`` is what the device wakes up with after a power cut: what was persisted last.
    """

    faults: FaultSet
    clock: Callable[[], datetime]
    is_day: bool
    kept: FilterMode = FilterMode.AUTO
    _mode: FilterMode = FilterMode.AUTO
    _before: FilterMode = FilterMode.AUTO
    _set_at: datetime | None = None

    @property
    def mode(self) -> FilterMode:
        """What the device says the mode is."""
        if self._since_order() >= RETURNS_AFTER and Fault.IRCUT_RETURNS_TO_AUTO in self.faults:
            return FilterMode.AUTO
        return self._mode

    def order(self, mode: FilterMode, *, persist: bool) -> None:
        """Take a new mode; without ``persist`` a power cut undoes it."""
        self._before, self._mode, self._set_at = self.mode, mode, self.clock()
        if persist or Fault.IRCUT_PERSISTS_MODE in self.faults:
            self.kept = mode

    def lose_power(self) -> None:
        """Forget what was not persisted."""
        self._mode = self._before = self.kept
        self._set_at = None

    @property
    def asks_in(self) -> bool:
        """Whether the firmware wants the filter in the light path now."""
        if Fault.IRCUT_IGNORES_MODE in self.faults:
            return self.is_day
        return self._wants_in(self.mode)

    @property
    def is_in(self) -> bool:
        """The real position: what was asked, when it was asked, then the mechanics."""
        if Fault.IRCUT_STUCK_OPEN in self.faults or Fault.IRCUT_NOT_FITTED in self.faults:
            return False
        if Fault.IRCUT_STUCK_CLOSED in self.faults:
            return True
        asked = self.asks_in
        if Fault.IRCUT_SLOW in self.faults and self._since_order() < SLOW_S:
            asked = self._wants_in(self._before)
        return asked is not (Fault.IRCUT_REVERSED in self.faults)

    def _wants_in(self, mode: FilterMode) -> bool:
        return self.is_day if mode is FilterMode.AUTO else mode is FilterMode.ON

    def _since_order(self) -> timedelta:
        return timedelta.max if self._set_at is None else self.clock() - self._set_at
