"""Which tiles show something else than the reference, and how much of that hangs together."""

from __future__ import annotations

from typing import Final

import numpy as np

from agent.camera.picture.planes import COLUMNS, ROWS, Luma, Mask, Plane, tile_means

_ALIKE: Final = 0.25  # correlation of a tile's edges below which it shows something else
_LEAST_VARIANCE: Final = 4.0


def changed_tiles(now: Luma, own: Luma, *, right: int, down: int) -> Mask:
    """Tiles in which the edge maps do not correlate, after ``now`` has been moved back.

    Correlation within the tile and its eight neighbours, so that one thing that moves does not
    make a tile another one. Tiles that the shift has moved out of the picture are not changed.
    """
    one = np.roll(now, (-down, -right), axis=(0, 1)).astype(np.float32)
    two = own.astype(np.float32)
    mean_one, mean_two = _around(tile_means(one)), _around(tile_means(two))
    both = _around(tile_means(one * two)) - mean_one * mean_two
    power_one = _around(tile_means(one * one)) - mean_one**2
    power_two = _around(tile_means(two * two)) - mean_two**2
    usable = np.maximum(power_one, _LEAST_VARIANCE) * np.maximum(power_two, _LEAST_VARIANCE)
    changed: Mask = both < np.float32(_ALIKE) * np.sqrt(usable)
    height, width = now.shape
    columns, rows = -(-abs(right) * COLUMNS // width), -(-abs(down) * ROWS // height)
    if right:
        changed[:, -columns:] &= right < 0
        changed[:, :columns] &= right > 0
    if down:
        changed[-rows:] &= down < 0
        changed[:rows] &= down > 0
    return changed


def _around(tiles: Plane) -> Plane:
    """Means of each tile and its neighbours that exist."""
    found: Plane = _add_neighbours(tiles) / _NEIGHBOURS
    return found


def _add_neighbours(tiles: Plane) -> Plane:
    framed = np.pad(tiles, 1)
    rows = framed[:-2] + framed[1:-1] + framed[2:]
    sums: Plane = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return sums


_NEIGHBOURS: Final = _add_neighbours(np.ones((ROWS, COLUMNS), dtype=np.float32))


def largest_block(mask: Mask) -> int:
    """Tiles in the largest group that hangs together by sides."""
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(mask), strict=True)}
    largest = 0
    while left:
        edge = [left.pop()]
        size = 0
        while edge:
            y, x = edge.pop()
            size += 1
            for beside in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if beside in left:
                    left.remove(beside)
                    edge.append(beside)
        largest = max(largest, size)
    return largest
