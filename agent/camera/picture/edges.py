"""The edge map by which a view is known again in other light."""

from __future__ import annotations

from typing import Final

import numpy as np

from agent.camera.picture.planes import HEIGHT_PX, SMALL, WIDTH_PX, Luma, Plane

WIDTH: Final = WIDTH_PX // SMALL
HEIGHT: Final = HEIGHT_PX // SMALL
_STEP: Final = np.float32(2.0)  # grey levels a pixel where the scale turns from even to logarithmic
_SCALE: Final = np.float32(255.0 / np.log2(1 + 128.0 / 2.0))


def gradient(small: Plane) -> Plane:
    """Length of the luma gradient at 160x90, in grey levels a pixel; 0 at the border."""
    found = np.zeros_like(small)
    across = small[1:-1, 2:] - small[1:-1, :-2]
    down = small[2:, 1:-1] - small[:-2, 1:-1]
    found[1:-1, 1:-1] = np.hypot(across, down) * np.float32(0.5)
    return found


def edge_map(slope: Plane) -> Luma:
    """The gradient on a logarithmic 8-bit scale, so that a headlight does not outshine a wall."""
    scaled = np.minimum(np.log2(1 + slope / _STEP) * _SCALE, np.float32(255))
    found: Luma = scaled.astype(np.uint8)
    return found


def halve(planes: Plane) -> Plane:
    """Means of 2x2 pixels: what shifts by one in the wind is nearly the same there."""
    height, width = (side // 2 * 2 for side in planes.shape[-2:])
    even, odd = planes[..., 0:height:2, :width], planes[..., 1:height:2, :width]
    rows = even + odd
    half: Plane = (rows[..., 0::2] + rows[..., 1::2]) * np.float32(0.25)
    return half


def similarity(now: Plane, before: Plane, *, right: int = 0, down: int = 0) -> float:
    """Correlation of two maps where they overlap once ``now`` is moved back; -1..1.

    0 when less than 40 % overlaps, or one of them shows nothing.
    """
    height, width = now.shape
    if (height - abs(down)) * (width - abs(right)) < 0.4 * height * width:
        return 0.0
    one = now[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
    other = before[max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)]
    one, other = one - one.mean(), other - other.mean()
    energy = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / energy if energy > 1.0 else 0.0
