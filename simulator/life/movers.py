"""People, cars and animals that pass, stand or park before a camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from simulator.life.chance import draw, uniform
from simulator.video.texture import Plane, smooth_noise

_NEAR_SHARE = 0.015  # of all moments: something stands right before the lens
_PARK_HOURS = 7
_LORRY_HOURS = 5  # one that unloads right before the camera
_LEFT_DAYS = 3  # bins, piles, a bench: what is put down and stays for days


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One thing: its own colours (3, h, w), infrared and cover (h, w), and where it is."""

    colours: Plane
    infrared: Plane
    cover: Plane
    top_px: int
    left_px: int

    def on(self, light: Plane, own: Plane) -> None:
        """Draw it into ``light`` in place; ``own`` is its light, as many channels as ``light``."""
        height, width = light.shape[1:]
        top, left = max(0, self.top_px), max(0, self.left_px)
        bottom = min(height, self.top_px + self.cover.shape[0])
        right = min(width, self.left_px + self.cover.shape[1])
        if top >= bottom or left >= right:
            return
        part = (
            slice(top - self.top_px, bottom - self.top_px),
            slice(left - self.left_px, right - self.left_px),
        )
        cover = self.cover[part]
        room = light[:, top:bottom, left:right]
        room[:] = room * (1 - cover) + own[(slice(None), *part)] * cover


def movers_at(seed: int, at: datetime, *, busy: float, height: int, width: int) -> list[Mover]:
    """Who is before the camera: those who park there for hours, and those who pass."""
    found = list(_parked(seed, at, height=height, width=width))
    found += _left(seed, at, height=height, width=width)
    rng = draw(seed, at, "movers")
    if uniform(seed, at, "near") < _NEAR_SHARE:
        size = float(rng.uniform(0.6, 1.3))
        found.append(_make(rng, kind=int(rng.integers(3)), size_px=int(size * height), frame=width))
    hour = at.hour
    awake = 1.0 if 6 <= hour < 21 else 0.25
    for _ in range(int(rng.poisson(1.2 * busy * awake))):
        size = 0.12 + 0.25 * float(rng.beta(1.5, 3))
        found.append(_make(rng, kind=int(rng.integers(3)), size_px=int(size * height), frame=width))
    return [_placed(one, rng, height=height, width=width) for one in found]


def _placed(mover: Mover, rng: np.random.Generator, *, height: int, width: int) -> Mover:
    if mover.top_px >= 0:
        return mover
    tall, wide = mover.cover.shape
    foot = height * (0.55 + 0.5 * min(1.0, tall / height))
    return Mover(
        colours=mover.colours,
        infrared=mover.infrared,
        cover=mover.cover,
        top_px=max(0, int(foot - tall + rng.normal(0, 0.05) * height)),
        left_px=int(rng.uniform(-0.3 * wide, width - 0.7 * wide)),
    )


def _parked(seed: int, at: datetime, *, height: int, width: int) -> list[Mover]:
    """A car or a pile that stays for hours, in two places of its own."""
    found = []
    for place in range(2):
        block = int((at.timestamp() / 3600 + 3 * place) // _PARK_HOURS)
        if uniform(seed, place, block, "parks") > 0.3:
            continue
        rng = draw(seed, place, block, "parked")
        car = _make(rng, kind=1, size_px=int(height * rng.uniform(0.16, 0.3)), frame=width)
        spot = draw(seed, place, "spot")
        left = int(spot.uniform(0, 0.8) * width + rng.normal(0, 4))
        top = int(spot.uniform(0.45, 0.7) * height)
        found.append(
            Mover(
                colours=car.colours,
                infrared=car.infrared,
                cover=car.cover,
                top_px=top,
                left_px=max(0, left),
            )
        )
    return found


def _left(seed: int, at: datetime, *, height: int, width: int) -> list[Mover]:
    """What was put down for days, and a lorry that hides much of the view for hours."""
    found = []
    for what, hours, often, sizes, tops in (
        ("pile", 24 * _LEFT_DAYS, 0.3, (0.12, 0.28), (0.5, 0.7)),
        ("lorry", _LORRY_HOURS, 0.012, (0.5, 0.75), (0.2, 0.4)),
    ):
        block = int(at.timestamp() / 3600 / hours + uniform(seed, what, "phase"))
        if uniform(seed, what, block, "stands") > often:
            continue
        rng = draw(seed, what, block)
        made = _make(rng, kind=1, size_px=int(height * rng.uniform(*sizes)), frame=width)
        left = int(rng.uniform(0, max(1, width - made.cover.shape[1])))
        found.append(replace(made, top_px=int(rng.uniform(*tops) * height), left_px=left))
    return found


def _make(rng: np.random.Generator, *, kind: int, size_px: int, frame: int) -> Mover:
    """Draw a person (0), a car (1) or an animal (2) of about this height, not yet placed."""
    tall = max(10, size_px if kind != 2 else size_px // 2)
    wide = max(6, min(frame, int(tall * (0.4, 2.1, 1.7)[kind])))
    y = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, wide, dtype=np.float32)[None, :]
    if kind == 0:
        head = ((x - 0.5) / 0.2) ** 2 + ((y - 0.09) / 0.09) ** 2 < 1
        sway = 0.06 * float(rng.uniform(-1, 1))
        body = (np.abs(x - 0.5 - sway * (y - 0.5)) < 0.33 - 0.1 * np.abs(y - 0.4)) & (y > 0.16)
        legs = (np.abs(x - 0.5) < 0.05 + 0.02 * (y > 0.6)) & (y > 0.58)
        shape = head | (body & ~(legs & (y > 0.62)))
    elif kind == 1:
        roof = (y < 0.5) & (np.abs(x - 0.5) < 0.16 + 0.36 * y)
        wheels = (
            (np.minimum(np.abs(x - 0.2), np.abs(x - 0.8)) * 2.1) ** 2 + (y - 0.84) ** 2
        ) < 0.02
        shape = roof | ((y >= 0.4) & (y < 0.85) & (x > 0.02) & (x < 0.98)) | wheels
    else:
        trunk = ((x - 0.5) / 0.4) ** 2 + ((y - 0.4) / 0.32) ** 2 < 1
        legs = (y > 0.5) & ((np.abs(x - 0.25) < 0.05) | (np.abs(x - 0.72) < 0.05))
        shape = trunk | legs | (((x - 0.88) / 0.12) ** 2 + ((y - 0.22) / 0.2) ** 2 < 1)
    # Most clothes and paints are grey; few are strongly coloured.
    hue = float(rng.beta(1.2, 4)) * rng.uniform(-1, 1, 3)
    paint = (float(rng.uniform(0.03, 0.5)) * (1 + hue)).astype(np.float32)
    if kind == 2:
        paint = np.array([0.16, 0.11, 0.07], dtype=np.float32) * np.float32(rng.uniform(0.5, 2))
    cloth = 0.6 + 0.8 * smooth_noise(rng, height=tall, width=wide, cell_px=max(2, tall / 9))
    cloth = cloth * np.where((y > 0.5) & (kind == 0), 0.55, 1.0)
    if kind == 1:
        glass = (
            (y > 0.08) & (y < 0.4) & (np.abs(x - 0.5) < 0.12 + 0.32 * y) & (np.abs(x - 0.5) > 0.02)
        )
        cloth = np.where(glass, 0.12, cloth) * np.where((y > 0.7) & (y < 0.85), 0.7, 1)
    cover = shape.astype(np.float32)
    infrared = (np.float32(rng.uniform(0.2, 0.7)) * cloth).astype(np.float32)
    return Mover(
        colours=(paint[:, None, None] * cloth).astype(np.float32),
        infrared=infrared,
        cover=cover,
        top_px=-1,
        left_px=0,
    )
