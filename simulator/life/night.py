"""Night before a camera: its own lamp, street light, headlights, insects."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import numpy as np

from simulator.life.chance import draw, uniform
from simulator.video.texture import Plane

MOON_LEVEL = 0.0006  # what is left of light with the lamp dead, against the lamp's own
THROUGH_FILTER = 0.008  # what little of the lamp passes a filter that stays in
STREET = np.array([1.15, 1.0, 0.72], dtype=np.float32)  # a warm street lamp after white balance


@lru_cache(maxsize=8)
def lamp_cone(height: int, width: int, seed: int) -> Plane:
    """The lamp's light by direction: falls off to the sides, aimed not quite at the middle."""
    rng = draw(seed, "lamp")
    y, x = np.meshgrid(
        np.linspace(-1, 1, height, dtype=np.float32),
        np.linspace(-1, 1, width, dtype=np.float32),
        indexing="ij",
    )
    aside, below = rng.uniform(-0.15, 0.15), rng.uniform(0.05, 0.4)
    wide = float(rng.uniform(0.7, 1.3))
    cone: Plane = np.exp(-((x - aside) ** 2 + (y - below) ** 2) / wide).astype(np.float32)
    return cone


def lamp_light(infrared: Plane, far: Plane, cone: Plane) -> Plane:
    """What comes back of the lamp: less from far away, by the square of the distance."""
    light: Plane = infrared * cone / (0.35 + 2.2 * far) ** 2
    return light


def street_light(seed: int, *, height: int, width: int) -> Plane:
    """The pool of a street lamp, (height, width)."""
    rng = draw(seed, "street")
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    at_x, at_y = rng.uniform(0.15, 0.85), rng.uniform(0.3, 0.8)
    pool = 0.25 + np.exp(-((x - at_x) ** 2 * 4 + (y - at_y) ** 2 * 5))
    return pool.astype(np.float32)


def add_headlights(light: Plane, seed: int, at: datetime, *, often: float) -> Plane:
    """Two lamps and their glare, on some moments of the night."""
    if uniform(seed, at, "headlights") > often:
        return light
    rng = draw(seed, at, "headlight")
    height, width = light.shape[1:]
    y = np.arange(height, dtype=np.float32)[:, None] - rng.uniform(0.3, 0.75) * height
    x = np.arange(width, dtype=np.float32)[None, :] - rng.uniform(0.05, 0.95) * width
    apart, size = rng.uniform(8, 60), rng.uniform(3, 16)
    glow = np.zeros((height, width), dtype=np.float32)
    for side in (-0.5, 0.5):
        away = (y**2 + (x - side * apart) ** 2) / size**2
        glow += 1 / (1 + away) ** 1.2
    strong = np.float32(rng.uniform(0.5, 6) * max(float(light.mean()), 1e-4) * 4)
    lit: Plane = light * np.float32(1.15) + glow[None] * strong
    return lit


def add_window(light: Plane, seed: int, at: datetime) -> Plane:
    """On some evenings somebody's window or sign lights one side, until half past ten."""
    if at.hour * 60 + at.minute >= 22 * 60 + 30 or at.hour < 12:
        return light
    if uniform(seed, at.date(), "window") > 0.2:
        return light
    rng = draw(seed, "window side")
    x = np.linspace(0, 1, light.shape[2], dtype=np.float32)[None, None, :]
    away = x if rng.random() < 0.5 else 1 - x
    strong = 1.5 * uniform(seed, at.date(), "window strength")
    lit: Plane = light * (1 + np.float32(strong) * np.clip(1 - away / 0.6, 0, 1))
    return lit


def add_insects(light: Plane, seed: int, at: datetime) -> Plane:
    """Insects in the lamp: bright streaks; one may sit on the glass for hours, out of focus."""
    light = light.copy()
    rng = draw(seed, at, "insects")
    if uniform(seed, at.date(), at.hour // 6, "sits") < 0.04:
        sits = draw(seed, at.date(), at.hour // 6, "sitting")
        _blob(light, sits, size_px=sits.uniform(25, 60), strong=6)
    if uniform(seed, at, "fly") < 0.3:
        for _ in range(int(rng.integers(1, 7))):
            _blob(light, rng, size_px=float(rng.uniform(2, 14)), strong=float(rng.uniform(2, 12)))
    return light


def _blob(light: Plane, rng: np.random.Generator, *, size_px: float, strong: float) -> None:
    height, width = light.shape[1:]
    y = np.arange(height, dtype=np.float32)[:, None] - rng.uniform(0, height)
    x = np.arange(width, dtype=np.float32)[None, :] - rng.uniform(0, width)
    turn, long = rng.uniform(0, np.pi), rng.uniform(1, 3.5)
    along = (x * np.cos(turn) + y * np.sin(turn)) / (size_px * long)
    across = (y * np.cos(turn) - x * np.sin(turn)) / size_px
    bright = np.clip(1.4 - (along**2 + across**2), 0, 1)
    light += bright[None].astype(np.float32) * np.float32(strong * max(float(light.mean()), 1e-4))
