"""How bright a picture is, and where."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from agent.camera.picture.planes import COLUMNS, ROWS, Luma, Plane
from agent.camera.picture.robust import middle

_DARK_BELOW: Final = 16  # foot and head room of video range
_BRIGHT_ABOVE: Final = 239
_LEVELS: Final = np.arange(256, dtype=np.float64)


def brightness(luma: Luma) -> dict[str, float]:
    """Mean, deviation, 1st and 99th percentile (whole grey levels), and shares at both ends.

    From the histogram of every second pixel of every second row: a quarter tells it.
    """
    counts = np.bincount(luma[::2, ::2].ravel(), minlength=256)
    total = float(counts.sum())
    low, high = np.searchsorted(counts.cumsum(), np.array((0.01, 0.99)) * total)
    mean = float(counts @ _LEVELS) / total
    return {
        "luma_mean": mean,
        "luma_std": math.sqrt(max(float(counts @ (_LEVELS - mean) ** 2) / total, 0.0)),
        "luma_p01": float(low),
        "luma_p99": float(high),
        "dark_share": float(counts[:_DARK_BELOW].sum()) / total,
        "bright_share": float(counts[_BRIGHT_ABOVE + 1 :].sum()) / total,
    }


def lighting(tile_luma: Plane) -> dict[str, float]:
    """How light is spread, as log2 ratios of mean luma: one side dark is a lamp that is out.

    ``luma_lr`` left over right half, ``luma_tb`` top over bottom (without the middle row),
    ``centre_bright`` the middle third over the outermost tiles: a vignette, or a web that glows.
    """
    rim = np.ones((ROWS, COLUMNS), dtype=bool)
    rim[1:-1, 1:-1] = False
    half_x, half_y = COLUMNS // 2, ROWS // 2
    centre = tile_luma[3:6, 5:11]
    return {
        "luma_lr": log_ratio(tile_luma[:, :half_x], tile_luma[:, half_x:]),
        "luma_tb": log_ratio(tile_luma[:half_y], tile_luma[-half_y:]),
        "centre_bright": log_ratio(centre, tile_luma[rim]),
    }


def log_ratio(one: Plane, other: Plane) -> float:
    """log2 of the ratio of means; one grey level is added to both, so that black has one."""
    return math.log2((float(one.mean()) + 1.0) / (float(other.mean()) + 1.0))


def veil(small: Plane) -> float:
    """The darkest luma of a tile, median over tiles: scatter lifts it everywhere.

    The dark channel of He, Sun and Tang (CVPR 2009) on luma: in a clear view nearly every part
    has something dark in it. Taken at 160x90, where noise is averaged.
    """
    height, width = small.shape
    rows = small.reshape(ROWS, height // ROWS, width).min(axis=1)
    darkest = rows.reshape(ROWS, COLUMNS, width // COLUMNS).min(axis=2)
    return middle(darkest)
