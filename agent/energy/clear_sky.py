"""What a clear sky gives by day of the year: the sun's height summed up, by astral; pure.

Only ratios are used: the panel's size, tilt and dirt, and the weather of the place, are in the
yield that was measured, and the ratio of two days carries it from one to the other.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

_STEP: Final = timedelta(hours=1)
_CLEAREST: Final = 0.7
_AIR_POWER: Final = 0.678
"""Direct light after the air: 0.7 ** (air mass ** 0.678) of it (Meinel & Meinel, Applied Solar
Energy, 1976), which is the usual clear-sky estimate where nothing is known of the haze."""
_DIFFUSE: Final = 0.1
"""Of the direct light, what the sky gives besides (the same source)."""


def day_sum(day: date, latitude_deg: float) -> float:
    """Hours of full sun on level ground under a clear sky; a degree of latitude is near enough."""
    return _day_sum(day, round(latitude_deg))


def height_sum(day: date, latitude_deg: float) -> float:
    """Hours of the day, weighted by the sine of the sun's elevation."""
    return sum(_sines(day, round(latitude_deg)))


@lru_cache(maxsize=2048)
def _day_sum(day: date, latitude_deg: int) -> float:
    return sum(_level_light(sine) for sine in _sines(day, latitude_deg))


def _sines(day: date, latitude_deg: int) -> tuple[float, ...]:
    """Of the sun's elevation at each hour of daylight."""
    from astral import Observer  # noqa: PLC0415 - 6 ms that an agent without a site saves
    from astral.sun import elevation  # noqa: PLC0415

    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    observer = Observer(float(latitude_deg), 0.0)
    heights = (float(elevation(observer, at + _STEP * hour)) for hour in range(24))
    return tuple(math.sin(math.radians(deg)) for deg in heights if deg > 0)


def _level_light(sine: float) -> float:
    """Of the light above the air, what falls on level ground; the air mass is 1 / sine."""
    direct: float = _CLEAREST ** (sine**-_AIR_POWER)
    return float((1 + _DIFFUSE) * direct * sine)
