"""The charge that watching costs a camera on a battery: an estimate, from its seconds awake; pure.

Charge is not measured: cameras tell no current while they are asked. Seconds are; each visit
keeps the camera awake for as long as it is asked, and once more for ``wake_s``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_S_PER_H: Final = 3600.0
_MS_PER_S: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a camera takes from its battery while it is awake."""

    awake_ma: float
    wake_s: float
    """Awake besides the visit itself: booting before, and staying up after the last request."""
    capacity_mah: float | None = None  # of the pack, when somebody has said it

    def mah(self, *, awake_ms: int, wakeups: int) -> float:
        """The charge of so much time in visits and so many wake-ups."""
        awake_s = awake_ms / _MS_PER_S + wakeups * self.wake_s
        return self.awake_ma * awake_s / _S_PER_H

    def seconds_for(self, mah: float) -> float:
        """How long the camera may be awake for this charge; 0 when none is left."""
        return max(0.0, mah * _S_PER_H / self.awake_ma)


WAKE_S: Final = 10.0
"""Home Assistant's reolink integration documents about 10 s awake a wake-up (home-assistant.io
#38201); XMeye cameras take about 10 s after a wake before commands work."""

WIFI: Final = Draw(awake_ma=270.0, wake_s=WAKE_S)
"""A camera with Wi-Fi: 200 mA at 5 V while it streams (TI reference design TIDUEZ4, table 3-1) is
1.0 W, and so 270 mA of a pack at 3.7 V."""

CELLULAR: Final = Draw(awake_ma=620.0, wake_s=WAKE_S)
"""The same with 350 mA of a 4G module that searches and sends: the upper end of what makers of
solar cameras write (150 to 350 mA, low trust), for an estimate that is too low would be a promise
that is not kept."""
