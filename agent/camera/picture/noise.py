"""Noise of one picture, and what changes between two."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from agent.camera.picture.planes import Luma, Plane, distance, tile_means
from agent.camera.picture.robust import middle, percentiles

_SCALE: Final = math.sqrt(math.pi / 2) / 6
_UNCLIPPED: Final = (8.0, 247.0)  # at the ends of the scale noise is cut off
_FLAT_SHARE: Final = 0.25
_MIN_TILES: Final = 8
_STILL_PERCENT: Final = 10


def tile_noise(luma: Luma) -> Plane:
    """Standard deviation of noise in each tile (Immerkaer, CVIU 1996).

    sqrt(pi / 2) / 6 * mean |picture * N| with N = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]], which
    does not answer to edges that are straight, nor to slopes.
    """
    wide = luma.astype(np.int16)
    across = wide[:, :-2] - 2 * wide[:, 1:-1] + wide[:, 2:]
    both = np.abs(across[:-2:2] - 2 * across[1:-1:2] + across[2::2])  # every second row will do
    framed = np.zeros((luma.shape[0] // 2, luma.shape[1]), dtype=np.int16)
    framed[: len(both), 1:-1] = both
    found: Plane = tile_means(framed) * np.float32(_SCALE)
    return found


def noise_of(noise: Plane, tile_luma: Plane, structure: Plane) -> float | None:
    """Median over the quarter of tiles with the least structure; None when all are clipped."""
    usable = (tile_luma > _UNCLIPPED[0]) & (tile_luma < _UNCLIPPED[1])
    count = int(usable.sum())
    if count < _MIN_TILES:
        return None
    order = np.argsort(structure[usable], kind="stable")
    flat = order[: max(_MIN_TILES, int(count * _FLAT_SHARE))]
    return middle(noise[usable][flat])


def change(luma: Luma, before: Luma | None) -> dict[str, float | None]:
    """Mean absolute difference of luma to an earlier picture: of all, and where it is least.

    ``change_still`` is the tile at 10 %: things that move leave such tiles alone, so what is left
    there is sensor noise. A live view of a still scene has it; a frozen one does not.
    """
    if before is None:
        return {"change_from_previous": None, "change_still": None}
    tiles = tile_means(distance(luma, before))
    return {
        "change_from_previous": float(tiles.mean()),
        "change_still": percentiles(tiles, _STILL_PERCENT)[0],
    }
