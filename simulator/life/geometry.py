"""Where a camera looks: its frame within the stills, and faults that turn or bend it."""

from __future__ import annotations

import math

import numpy as np

from simulator.life.chance import draw
from simulator.life.injury import Injury, Kind
from simulator.life.optics import resample, warp
from simulator.life.views import View
from simulator.video.texture import Plane

PX_PER_DEGREE = 1 / 80  # of the width: a 4 mm lens sees about 80 degrees


def frame(
    still: Plane, view: View, *, width: int, height: int, crop: float, injury: Injury | None
) -> Plane:
    """What the camera sees of a still; ``crop`` is a zoom that a reboot left, 0 for none."""
    if injury is None and not crop:
        left, top = view.left_px, view.top_px
        return still[:, top : top + height, left : left + width]
    if injury is None:  # along the axes, which is much cheaper than by points
        spare_y, spare_x = crop * (height - 1) / 2, crop * (width - 1) / 2
        return resample(
            still,
            np.linspace(spare_y, height - 1 - spare_y, height, dtype=np.float32) + view.top_px,
            np.linspace(spare_x, width - 1 - spare_x, width, dtype=np.float32) + view.left_px,
        )
    y, x = np.meshgrid(
        np.arange(height, dtype=np.float32) - (height - 1) / 2,
        np.arange(width, dtype=np.float32) - (width - 1) / 2,
        indexing="ij",
    )
    if crop:
        y, x = y * np.float32(1 - crop), x * np.float32(1 - crop)
    if injury.kind is Kind.FLIPPED:
        turned = injury.seed % 3
        y, x = (-y if turned != 1 else y), (-x if turned != 2 else x)
    elif injury.kind is Kind.DISTORTION:
        # Barrel: a lens element out of its seat; off the axis when it is tilted too.
        rng = draw(injury.seed, "bend")
        off = np.float32(rng.uniform(-0.15, 0.15) * width)
        bend = injury.pick(0.04, 0.11, 0.25)
        away = 1 + np.float32(bend) * ((x - off) ** 2 + y**2) / np.float32((width / 2) ** 2)
        y, x = y * away, (x - off) * away + off
    else:
        y, x = _moved(y, x, injury, width=width)
    middle_y, middle_x = view.top_px + (height - 1) / 2, view.left_px + (width - 1) / 2
    return warp(still, (y + middle_y).astype(np.float32), (x + middle_x).astype(np.float32))


def _moved(y: Plane, x: Plane, injury: Injury, *, width: int) -> tuple[Plane, Plane]:
    """Pan and tilt mostly, or a roll about the axis; 3, 8 to 11, or about 20 degrees."""
    rng = draw(injury.seed, "moved")
    degrees = injury.pick(3, float(rng.uniform(8, 11)), float(rng.uniform(17, 24)))
    roll = math.radians(
        degrees if injury.seed % 4 == 3 else float(rng.uniform(-0.2, 0.2)) * degrees
    )
    cosine, sine = np.float32(math.cos(roll)), np.float32(math.sin(roll))
    turned_y: Plane = y * cosine - x * sine
    turned_x: Plane = y * sine + x * cosine
    if injury.seed % 4 == 3:
        return turned_y, turned_x
    way = float(rng.choice((0, math.pi))) + float(rng.uniform(-0.7, 0.7))
    shift = degrees * PX_PER_DEGREE * width
    down, right = np.float32(shift * math.sin(way)), np.float32(shift * math.cos(way))
    return turned_y + down, turned_x + right
