"""What a configuration may say of a device's battery: what it draws awake, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from agent.charge import Draw
from agent.config_table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """What the owner knows; None where nobody has said."""

    awake_ma: float | None = None
    wake_s: float | None = None
    capacity_mah: float | None = None

    def or_else(self, *, awake_ma: float | None, wake_s: float | None) -> Battery:
        """Where its owner has said nothing, what its firmware profile says."""
        return replace(
            self,
            awake_ma=awake_ma if self.awake_ma is None else self.awake_ma,
            wake_s=wake_s if self.wake_s is None else self.wake_s,
        )

    def over(self, draw: Draw) -> Draw:
        """The draw with the owner's word in place of the default."""
        return replace(
            draw,
            awake_ma=draw.awake_ma if self.awake_ma is None else self.awake_ma,
            wake_s=draw.wake_s if self.wake_s is None else self.wake_s,
            capacity_mah=draw.capacity_mah if self.capacity_mah is None else self.capacity_mah,
        )


WAKE_WINDOW: Final = timedelta(days=1)
"""For so long a battery camera that does not answer may be asleep: most wake once a day."""


def wake_window_of(said: timedelta | None, *, on_battery: bool) -> timedelta:
    """The owner's word, else a day on a battery and nothing on mains."""
    if said is not None:
        return said
    return WAKE_WINDOW if on_battery else timedelta(0)


def read_wake_window(table: Table) -> timedelta | None:
    """``wake_window_s`` of a device; None when nobody has said, 0 for one that never sleeps."""
    key = "wake_window_s"
    if not table.has(key):
        return None
    return timedelta(seconds=table.number(key, 0, low=0, high=30 * 86_400))


NOTHING_SAID: Final = Battery()


def read_battery(table: Table) -> Battery:
    """``[devices.battery]``."""

    def stated(key: str, *, low: float, high: float) -> float | None:
        return table.number(key, low, low=low, high=high) if table.has(key) else None

    battery = Battery(
        awake_ma=stated("awake_ma", low=1, high=20_000),
        wake_s=stated("wake_s", low=0, high=600),
        capacity_mah=stated("capacity_mah", low=50, high=1_000_000),
    )
    table.finish()
    return battery
