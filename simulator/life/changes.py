"""What befalls a healthy camera: settings, a new crop or stream size, other text, drops on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from simulator.life.chance import draw, uniform
from simulator.life.optics import blur_box
from simulator.life.weather import weather_of
from simulator.video.texture import Plane

_REBOOT_DAYS = 10  # a camera comes back with another crop about once in so many days
_SETTING_DAYS = 8
_SIZE_DAYS = 30
_TEXT_DAYS = 10
_NARROW_SHARE = 0.15
_DRYING = timedelta(minutes=30)


def crop_of(seed: int, at: datetime) -> float:
    """The zoom that a reboot or a stabiliser left: up to 3.5 % of the frame."""
    block = _block(seed, at, "phase", _REBOOT_DAYS)
    return (0.0, 0.0, 0.012, 0.025, 0.035)[int(5 * uniform(seed, block, "crop"))]


def brightness_of(seed: int, at: datetime) -> float:
    """What somebody's brightness setting does to the metered mean, for days."""
    block = _block(seed, at, "setting", _SETTING_DAYS)
    return (1.0, 1.0, 1.0, 0.75, 1.3)[int(5 * uniform(seed, block, "brightness"))]


def is_narrow(seed: int, at: datetime) -> bool:
    """Whether the stream was set to 4:3 for some weeks: the sides are cut off."""
    block = _block(seed, at, "size", _SIZE_DAYS)
    return uniform(seed, block, "narrow") < _NARROW_SHARE


def text_of(seed: int, at: datetime, *, shows_clock: bool) -> str:
    """The line that is burnt in; somebody changes now and then what it says."""
    block = _block(seed, at, "text", _TEXT_DAYS)
    is_other = uniform(seed, block, "other text") < 0.25
    if shows_clock != is_other:
        return f"{at:%Y %m %d %H %M %S}"
    return f"CAM {seed % 10_000:04d}" + (" GATE 3" if is_other else "")


def _block(seed: int, at: datetime, what: str, days: int) -> int:
    return int(at.timestamp() / 86400 / days + uniform(seed, what))


def wet(light: Plane, seed: int, site_seed: int, at: datetime, *, share: float) -> Plane:
    """Drops that rain left on the dome: blurred places, here and there, until they are dry.

    They hang for about an hour and a half after the last rain, on cameras that the rain reaches:
    ``share`` is how much of the view they cover at most.
    """
    rains = [weather_of(site_seed, at - k * _DRYING).rain * (1 - k / 4) for k in range(4)]
    much = share * max(rains)
    if much < 0.01:
        return light
    mask = _drops(seed, at.replace(minute=0, second=0), round(much, 2), *light.shape[1:])
    wide = blur_box(light, 17)
    dropped: Plane = light + mask * (wide * np.float32(1.1) - light)
    return dropped


@lru_cache(maxsize=4)
def _drops(seed: int, hour: datetime, share: float, height: int, width: int) -> Plane:
    rng = draw(seed, hour, "drops")
    mask = np.zeros((height, width), dtype=np.float32)
    left = share * height * width
    while left > 0:
        radius = float(rng.uniform(0.015, 0.06)) * height
        y, x = int(rng.uniform(0, height)), int(rng.uniform(0, width))
        reach = int(radius) + 1
        rows = slice(max(0, y - reach), y + reach)
        columns = slice(max(0, x - reach), x + reach)
        away = np.hypot(np.arange(height)[rows, None] - y, np.arange(width)[None, columns] - x)
        room = mask[rows, columns]
        np.maximum(room, np.clip((radius - away) / 3 + 0.5, 0, 1), out=room)
        left -= 3.1 * radius**2
    return mask
