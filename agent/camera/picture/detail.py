"""Fine and coarse detail, of the picture and of its tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.camera.picture.planes import (
    COLUMNS,
    ROWS,
    Luma,
    Mask,
    Plane,
    box_sums,
    distance,
    tile_means,
)
from agent.camera.picture.robust import middle

_NINE: Final = np.uint16(9)
_RATIO: Final = np.uint16(25)  # 15 * 15 over 3 * 3: 25 * 9 * 255 still fits 16 bit
_NOISE_IN_FINE: Final = 0.752  # mean |Y - box3(Y)| of white noise of deviation 1
_LEAST_SIGNAL: Final = 0.25  # of fine detail squared is never taken for noise
TEXTURED_COARSE: Final = 1.5  # grey levels; below, a tile's detail is mostly noise and rounding
_MIN_SIDE_TILES: Final = 6
_LEFT: Final = np.broadcast_to(np.arange(COLUMNS) < COLUMNS // 2, (ROWS, COLUMNS))
_TOP: Final = np.broadcast_to((np.arange(ROWS) < ROWS // 2)[:, None], (ROWS, COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What detail the tiles have; all 16x9."""

    fine: Plane  # mean |Y - box3|, grey levels
    coarse: Plane  # mean |box3 - box15|
    deviation: Plane  # standard deviation of luma within the tile
    luma: Plane

    @property
    def textured(self) -> Mask:
        """Tiles that have something to be sharp."""
        return self.coarse >= np.float32(TEXTURED_COARSE)

    def sharpness(self, noise: float | None) -> Plane:
        """Fine over all detail, 0..1, after noise has been taken off the fine part.

        Noise adds to fine detail as squares do; more than three quarters are never taken off, for
        a view full of foliage looks like noise everywhere.
        """
        power = self.fine**2
        kept = np.maximum(
            power - np.float32((_NOISE_IN_FINE * (noise or 0.0)) ** 2),
            power * np.float32(_LEAST_SIGNAL),
        )
        fine = np.sqrt(kept)
        found: Plane = fine / np.maximum(fine + self.coarse, np.float32(0.01))
        return found


def detail_of(luma: Luma) -> Detail:
    """Measure the tiles."""
    small, wide = box_sums(luma)
    means = tile_means(luma)
    squares = tile_means(np.square(luma, dtype=np.uint16))
    return Detail(
        fine=tile_means(distance(luma * _NINE, small)) / np.float32(9),
        coarse=tile_means(distance(small * _RATIO, wide)) / np.float32(225),
        deviation=np.sqrt(np.maximum(squares - means**2, np.float32(0.0))),
        luma=means,
    )


def detail_figures(luma: Luma, detail: Detail) -> dict[str, float | None]:
    """Sharpness, contrast within tiles, and the variance of the Laplacian.

    sharpness = fine / (fine + coarse), fine = mean |Y - box3(Y)|, coarse = mean |box3 - box15|.
    The ratio cancels contrast and exposure; a flat picture has 0. The Laplacian's variance is
    that of Pech-Pacheco and others (ICPR 2000), kept because it is what the usual script takes.
    """
    fine, coarse = float(detail.fine.mean()), float(detail.coarse.mean())
    total = fine + coarse
    return {
        "sharpness": fine / total if total > 0.01 else 0.0,
        "laplacian_variance": _laplacian_variance(luma),
        "local_contrast": middle(detail.deviation),
    }


def _laplacian_variance(luma: Luma) -> float:
    """Of every second row: half of them tell a variance."""
    rows = luma[1:-1:2].astype(np.int16)
    beside = luma[:-2:2].astype(np.int16) + luma[2::2] - 4 * rows
    answer = (beside[:, 1:-1] + rows[:, :-2] + rows[:, 2:]).astype(np.float32)
    mean = float(answer.mean())
    return float(np.vdot(answer, answer)) / answer.size - mean**2


def sharpness_by_side(sharpness: Plane, textured: Mask) -> dict[str, float | None]:
    """log2 ratios of tile sharpness, left over right and top over bottom, of textured tiles.

    None with fewer than six such tiles on a side: there is too little to compare.
    """
    return {
        "sharp_lr": _ratio(sharpness, textured & _LEFT, textured & ~_LEFT),
        "sharp_tb": _ratio(sharpness, textured & _TOP, textured & _TOP[::-1]),
    }


def _ratio(sharpness: Plane, one: Mask, other: Mask) -> float | None:
    if min(int(one.sum()), int(other.sum())) < _MIN_SIDE_TILES:
        return None
    first, second = middle(sharpness[one]), middle(sharpness[other])
    return math.log2(max(first, 1e-3) / max(second, 1e-3))
