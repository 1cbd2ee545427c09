"""The planes a picture is measured on, and the sums that every figure is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 360
COLUMNS: Final = 16  # of tiles
ROWS: Final = 9
TILE_PX: Final = WIDTH_PX // COLUMNS
_HALF: Final = 7  # of the larger window
_MOST_ROWS: Final = 257 * ROWS  # of a plane whose tiles' columns of 8 bit add up in 16
SMALL: Final = 4  # pixels of the 640x360 plane in one of the small plane, each way

Luma: TypeAlias = npt.NDArray[np.uint8]
Image: TypeAlias = npt.NDArray[np.uint8]  # of three channels
Sums: TypeAlias = npt.NDArray[np.uint16]
Plane: TypeAlias = npt.NDArray[np.float32]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """One picture as it is measured; all 8 bit."""

    native: Luma  # as the decoder gives it, for faults of lines and blocks
    luma: Luma  # 640x360, full range
    rgb: Image  # 320x180, a plane a channel: colour has no fine detail (chroma is 4:2:0)


def box_sums(luma: Luma) -> tuple[Sums, Sums]:
    """Sums over windows of 3x3 and of 15x15; edges repeat the border.

    The larger window is five by five of the smaller one. Exact in 16 bit: 15 * 15 * 255 fits.
    """
    padded = np.pad(luma, _HALF, mode="edge").astype(np.uint16)
    small = _threes(_threes(padded).T).T
    large = _fives(_fives(small).T).T
    inner = _HALF - 1
    return small[inner:-inner, inner:-inner], large


def _threes(plane: Sums) -> Sums:
    """Sums of three neighbouring rows."""
    return plane[:-2] + plane[1:-1] + plane[2:]


def _fives(plane: Sums) -> Sums:
    """Sums of five rows that are three apart."""
    pairs = plane[:-3] + plane[3:]
    fours = pairs[:-6] + pairs[6:]
    return fours[: len(plane) - 12] + plane[12:]


def distance(one: npt.NDArray[np.unsignedinteger], other: npt.NDArray[np.unsignedinteger]) -> Sums:
    """Absolute difference of unsigned planes, in their own type."""
    found: Sums = np.maximum(one, other) - np.minimum(one, other)
    return found


def tile_means(plane: npt.NDArray[np.generic]) -> Plane:
    """Means over the 16x9 tiles of a plane whose sides they divide."""
    height, width = plane.shape
    # Sums of 40 rows of 8 bit fit 16 bit, which is added twice as fast.
    kind = np.uint16 if plane.dtype == np.uint8 and height <= _MOST_ROWS else np.float32
    rows = plane.reshape(ROWS, height // ROWS, width).sum(axis=1, dtype=kind)
    sums = rows.reshape(ROWS, COLUMNS, width // COLUMNS).sum(axis=2, dtype=np.float32)
    means: Plane = sums / np.float32(height // ROWS * (width // COLUMNS))
    return means


def shrink(luma: Luma) -> Plane:
    """The small plane, 160x90: means of 4x4 pixels."""
    small: Plane = sum_boxes(luma, SMALL).astype(np.float32) / np.float32(SMALL * SMALL)
    return small


def sum_boxes(plane: Luma, times: int) -> Sums:
    """Sums of ``times`` by ``times`` samples, sides up to 16; the plane's sides are multiples."""
    if not times % 2:
        return _sum_even(plane, times)
    down = plane[0::times].astype(np.uint16)
    for at in range(1, times):
        down += plane[at::times]
    sums = down[:, 0::times].copy()
    for at in range(1, times):
        sums += down[:, at::times]
    return sums


def _sum_even(plane: Luma, times: int) -> Sums:
    """For even ``times``: neighbours are added as the two halves of one 16-bit number."""
    both = plane.view(np.uint16)
    pairs = (both & 0xFF) + (both >> 8)
    down = pairs[0::times].copy()
    for at in range(1, times):
        down += pairs[at::times]
    half = times // 2
    if half == 1:
        return down
    sums = down[:, 0::half].copy()
    for at in range(1, half):
        sums += down[:, at::half]
    return sums
