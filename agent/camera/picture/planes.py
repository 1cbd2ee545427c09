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
SMALL: Final = 4  # pixels of the 640x360 plane in one of the small plane, each way

Luma: TypeAlias = npt.NDArray[np.uint8]
Image: TypeAlias = npt.NDArray[np.uint8]  # height, width, RGB
Sums: TypeAlias = npt.NDArray[np.uint16]
Plane: TypeAlias = npt.NDArray[np.float32]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """One picture as it is measured; all 8 bit."""

    native: Luma  # as the decoder gives it, for faults of lines and blocks
    luma: Luma  # 640x360, full range
    rgb: Image  # 320x180: colour has no fine detail (chroma is 4:2:0)


def box_sum(luma: Luma, size_px: int) -> Sums:
    """Sums over a square window of odd size up to 15; edges repeat the border.

    Window sums by doubling (1, 2, 4, 8 wide), exact in 16 bit: 15 * 15 * 255 fits.
    """
    padded = np.pad(luma, size_px // 2, mode="edge").astype(np.uint16)
    down = _line_sums(padded, size_px)
    return _line_sums(down.T, size_px).T


def _line_sums(plane: Sums, size: int) -> Sums:
    """Sums of ``size`` neighbouring rows."""
    length = plane.shape[0] - size + 1
    total: Sums | None = None
    part, width, at = plane, 1, 0
    while width <= size:
        if size & width:
            piece = part[at : at + length]
            total = piece if total is None else total + piece
            at += width
        if 2 * width <= size:
            part = part[:-width] + part[width:]
        width *= 2
    assert total is not None
    return total


def distance(one: npt.NDArray[np.unsignedinteger], other: npt.NDArray[np.unsignedinteger]) -> Sums:
    """Absolute difference of unsigned planes, in their own type."""
    found: Sums = np.maximum(one, other) - np.minimum(one, other)
    return found


def tile_means(plane: npt.NDArray[np.generic]) -> Plane:
    """Means over the 16x9 tiles of a plane whose sides they divide."""
    height, width = plane.shape
    rows = plane.astype(np.float32).reshape(ROWS, height // ROWS, width).sum(axis=1)
    sums = rows.reshape(ROWS, COLUMNS, width // COLUMNS).sum(axis=2)
    means: Plane = sums / np.float32(height // ROWS * (width // COLUMNS))
    return means


def shrink(luma: Luma) -> Plane:
    """The small plane, 160x90: means of 4x4 pixels."""
    down = luma[0::4].astype(np.uint16) + luma[1::4] + luma[2::4] + luma[3::4]
    sums = down[:, 0::4] + down[:, 1::4] + down[:, 2::4] + down[:, 3::4]
    small: Plane = sums.astype(np.float32) / np.float32(SMALL * SMALL)
    return small
