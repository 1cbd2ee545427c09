"""Arrays that the renderers share: smooth noise and blur by a disc."""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def smooth_noise(rng: np.random.Generator, *, height: int, width: int, cell_px: float) -> Plane:
    """Draw noise in 0..1 whose features are about `cell_px` wide (bilinear between grid points)."""
    rows, columns = int(height / cell_px) + 2, int(width / cell_px) + 2
    grid = rng.random((rows, columns), dtype=np.float32)
    y = np.arange(height, dtype=np.float32) / np.float32(cell_px)
    x = np.arange(width, dtype=np.float32) / np.float32(cell_px)
    top, left = y.astype(np.intp), x.astype(np.intp)
    down, right = (y - top)[:, None], (x - left)[None, :]
    upper = grid[top][:, left] * (1 - right) + grid[top][:, left + 1] * right
    lower = grid[top + 1][:, left] * (1 - right) + grid[top + 1][:, left + 1] * right
    blended: Plane = (upper * (1 - down) + lower * down).astype(np.float32)
    return blended


def blur_by_disc(picture: Plane, radius_px: int) -> Plane:
    """Blur as a lens out of focus does: the mean over a disc, edges repeated.

    Takes (H, W) or (H, W, C). Each row of the disc is a box: a difference of running sums.
    """
    around = ((radius_px, radius_px), (radius_px + 1, radius_px), *[(0, 0)] * (picture.ndim - 2))
    running = np.cumsum(np.pad(picture, around, mode="edge"), axis=1, dtype=np.float64)
    height, width = picture.shape[:2]
    total = np.zeros(picture.shape, dtype=np.float64)
    area = 0
    for dy in range(-radius_px, radius_px + 1):
        half = int((radius_px**2 - dy**2) ** 0.5)
        rows = running[radius_px + dy : radius_px + dy + height]
        right = radius_px + half + 1
        left = radius_px - half
        total += rows[:, right : right + width] - rows[:, left : left + width]
        area += 2 * half + 1
    blurred: Plane = (total / area).astype(np.float32)
    return blurred
