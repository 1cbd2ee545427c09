"""What is measured on one picture. Pure numpy; runs in the decoder child only.

Every figure is taken at 640x360 from 8-bit RGB, on 0..255 unless said otherwise; colour from
every second row and column of it.
Luma is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, full range).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

WIDTH_PX, HEIGHT_PX = 640, 360
_DARK_BELOW, _BRIGHT_ABOVE = 16.0, 239.0  # foot and head room of video range
# Colour of pixels darker than this is noise (a dark frame drifts to magenta by itself), and
# clipped pixels have lost theirs.
_LIT_FROM, _LIT_TO = 32.0, 239.0
_MIN_LIT_SHARE = 0.005
_FINE_PX, _COARSE_PX = 3, 15

Image: TypeAlias = npt.NDArray[np.uint8]
Plane: TypeAlias = npt.NDArray[np.float32]


def luma_of(rgb: Image) -> Plane:
    """Luma plane of an RGB picture."""
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return rgb.astype(np.float32) @ weights


def measure(rgb: Image, previous: Image | None) -> dict[str, float | None]:
    """All figures of ``PictureFeatures`` but the picture's own size."""
    luma = luma_of(rgb)
    change = None if previous is None else mean_change(luma, luma_of(previous))
    return {
        **brightness(luma),
        **detail(luma),
        **colour(rgb, luma),
        "change_from_previous": change,
    }


def brightness(luma: Plane) -> dict[str, float | None]:
    """Mean, deviation, 1st and 99th percentile (whole grey levels), and shares at both ends."""
    counts = np.bincount(luma.astype(np.uint8).ravel(), minlength=256)
    low, high = np.searchsorted(counts.cumsum(), np.array((0.01, 0.99)) * luma.size)
    return {
        "luma_mean": float(luma.mean()),
        "luma_std": float(luma.std()),
        "luma_p01": float(low),
        "luma_p99": float(high),
        "dark_share": float((luma < _DARK_BELOW).mean()),
        "bright_share": float((luma > _BRIGHT_ABOVE).mean()),
    }


def detail(luma: Plane) -> dict[str, float | None]:
    """Sharpness, and the variance of the Laplacian (Pech-Pacheco and others, ICPR 2000).

    sharpness = fine / (fine + coarse), fine = mean |Y - box3(Y)|, coarse = mean |box3 - box15|.
    The ratio cancels contrast and exposure; a flat picture has 0.
    """
    small = box_blur(luma, _FINE_PX)
    fine = float(np.abs(luma - small).mean())
    coarse = float(np.abs(small - box_blur(luma, _COARSE_PX)).mean())
    laplacian = (
        luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * luma[1:-1, 1:-1]
    )
    total = fine + coarse
    return {
        "sharpness": fine / total if total > 0.01 else 0.0,
        "laplacian_variance": float(laplacian.var()),
    }


def box_blur(plane: Plane, size_px: int) -> Plane:
    """Mean over a square window of odd size; edges repeat the border.

    Running sums along one axis at a time: exact enough in single precision (a line sums to less
    than 2**18), and a third of the time of a summed-area table.
    """
    half = size_px // 2
    padded = np.pad(plane, half, mode="edge")
    down = _running_sum(padded, size_px)
    across = _running_sum(np.ascontiguousarray(down.T), size_px).T
    mean: Plane = across / np.float32(size_px * size_px)
    return mean


def _running_sum(plane: Plane, size_px: int) -> Plane:
    """Sums of ``size_px`` neighbouring rows."""
    sums = np.cumsum(plane, axis=0, dtype=np.float32)
    found: Plane = sums[size_px - 1 :].copy()
    found[1:] -= sums[:-size_px]
    return found


def colour(rgb: Image, luma: Plane) -> dict[str, float | None]:
    """Channel means, saturation, spread of chroma, and the two signs of a missing IR-cut filter.

    saturation_mean: mean of max(R, G, B) - min(R, G, B). chroma_std: square root of
    var(Cb) + var(Cr) (BT.601). magenta_excess: (M - G) / (M + G) with M = (R + B) / 2, from the
    channel means of lit pixels (luma 32..239). green_min: share of lit pixels in which green is
    strictly the smallest channel. The two follow the passive test of OpenIPC, which measured
    green_min 0.016 and 1.000 for the same scene with the filter in and out, and gives no verdict
    without light; with fewer than 0.5 % lit pixels both are 0.
    """
    rgb, luma = rgb[::2, ::2], luma[::2, ::2]  # colour has no fine detail (chroma is 4:2:0)
    red, green, blue = (np.ascontiguousarray(rgb[..., i], dtype=np.float32) for i in range(3))
    saturation = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    cb, cr = 0.564 * (blue - luma), 0.713 * (red - luma)
    lit = (luma >= _LIT_FROM) & (luma <= _LIT_TO)
    excess, share = 0.0, 0.0
    if lit.mean() >= _MIN_LIT_SHARE:
        count = float(lit.sum())
        magenta = float(((red + blue) * lit).sum()) / 2 / count
        own_green = float((green * lit).sum()) / count
        excess = (magenta - own_green) / max(magenta + own_green, 1e-6)
        share = float((lit & (green < red) & (green < blue)).sum()) / count
    return {
        "saturation_mean": float(saturation.mean()),
        "red_mean": float(red.mean()),
        "green_mean": float(green.mean()),
        "blue_mean": float(blue.mean()),
        "magenta_excess": excess,
        "green_min": share,
        "chroma_std": float(np.sqrt(cb.var() + cr.var())),
    }


def mean_change(luma: Plane, before: Plane) -> float:
    """Mean absolute difference of luma."""
    return float(np.abs(luma - before).mean())
