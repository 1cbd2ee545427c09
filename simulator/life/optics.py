"""Arithmetic of light on planes (channels, height, width): blur, warp, smooth masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.video.texture import Plane, smooth_noise


def blur_box(light: Plane, size_px: int) -> Plane:
    """Mean over a square window of odd size; edges repeat."""
    half = size_px // 2
    padded = np.pad(light, ((0, 0), (half + 1, half), (half + 1, half)), mode="edge")
    sums = np.cumsum(np.cumsum(padded, axis=1, dtype=np.float64), axis=2)
    total = sums[:, size_px:, size_px:] - sums[:, :-size_px, size_px:]
    total -= sums[:, size_px:, :-size_px] - sums[:, :-size_px, :-size_px]
    mean: Plane = (total / size_px**2).astype(np.float32)
    return mean


def blur_disc(light: Plane, radius_px: float) -> Plane:
    """Blur as a lens out of focus does: the mean over a disc whose rim may cut pixels."""
    reach = int(np.ceil(radius_px))
    padded = np.pad(light, ((0, 0), (reach, reach), (reach + 1, reach)), mode="edge")
    running = np.cumsum(padded, axis=2, dtype=np.float32)
    height, width = light.shape[1:]
    total = np.zeros_like(light)
    area = 0
    for dy in range(-reach, reach + 1):
        square = radius_px**2 - dy**2
        if square < 0:
            continue
        half = int(square**0.5)
        rows = running[:, reach + dy : reach + dy + height]
        total += rows[:, :, reach + half + 1 : reach + half + 1 + width]
        total -= rows[:, :, reach - half : reach - half + width]
        area += 2 * half + 1
    total /= np.float32(max(area, 1))
    return total


def scatter(light: Plane, cell_px: int) -> Plane:
    """Very wide blur: what fog on a lens or glare spreads; made small, smoothed, made large."""
    height, width = light.shape[1:]
    small = shrink(light, cell_px)
    size = max(3, min(small.shape[1:]) // 4 * 2 + 1)
    return enlarge(blur_box(blur_box(small, size), size), height=height, width=width)


def shrink(light: Plane, cell_px: int) -> Plane:
    """Means over square cells; what does not fill a cell at the right and bottom is left out."""
    rows, columns = light.shape[1] // cell_px, light.shape[2] // cell_px
    cells = light[:, : rows * cell_px, : columns * cell_px]
    tall = np.add.reduceat(cells, np.arange(0, rows * cell_px, cell_px), axis=1)
    small: Plane = tall.reshape(-1, rows, columns, cell_px).mean(axis=3) / np.float32(cell_px)
    return small


def enlarge(small: Plane, *, height: int, width: int) -> Plane:
    """Bilinear, from any small grid."""
    return resample(
        small,
        np.linspace(0, small.shape[1] - 1, height, dtype=np.float32),
        np.linspace(0, small.shape[2] - 1, width, dtype=np.float32),
    )


def resample(light: Plane, y: NDArray[np.float32], x: NDArray[np.float32]) -> Plane:
    """Bilinear, at rows ``y`` and columns ``x`` within ``light``."""
    top = np.minimum(y.astype(np.intp), light.shape[1] - 2)
    left = np.minimum(x.astype(np.intp), light.shape[2] - 2)
    down, right = (y - top).astype(np.float32), (x - left).astype(np.float32)
    rows = light[:, top] * (1 - down)[:, None] + light[:, top + 1] * down[:, None]
    found: Plane = rows[:, :, left] * (1 - right) + rows[:, :, left + 1] * right
    return found


def warp(light: Plane, y: NDArray[np.float32], x: NDArray[np.float32]) -> Plane:
    """Sample ``light`` at (y, x), bilinear; what lies outside mirrors the inside."""
    height, width = light.shape[1:]
    y, x = _mirrored(y, height), _mirrored(x, width)
    top = np.minimum(y.astype(np.intp), height - 2)
    left = np.minimum(x.astype(np.intp), width - 2)
    down, right = y - top, x - left
    flat, at = light.reshape(light.shape[0], -1), top * width + left
    upper = flat[:, at] * (1 - right) + flat[:, at + 1] * right
    lower = flat[:, at + width] * (1 - right) + flat[:, at + width + 1] * right
    warped: Plane = (upper * (1 - down) + lower * down).astype(np.float32)
    return warped


def _mirrored(at: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    top = np.float32(size - 1)
    folded: NDArray[np.float32] = (top - np.abs((at % (2 * top)) - top)).astype(np.float32)
    return folded


def patches(rng: np.random.Generator, *, height: int, width: int, share: float) -> Plane:
    """Soft irregular patches that cover about ``share`` of the frame, 0..1."""
    field = 0.7 * smooth_noise(rng, height=height, width=width, cell_px=height / 4)
    field += 0.3 * smooth_noise(rng, height=height, width=width, cell_px=height / 12)
    level = np.quantile(field[::8, ::8], 1 - share)
    soft: Plane = np.clip((field - level) / 0.05 + 0.5, 0, 1).astype(np.float32)
    return soft
