"""Colour of a picture, and the signs of an infrared filter that is not where it should be.

Luma is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, full range).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from agent.camera.picture.planes import Image, Luma

_RED, _GREEN, _BLUE = np.float32(0.299), np.float32(0.587), np.float32(0.114)
# Colour of pixels darker than this is noise (a dark frame drifts to magenta by itself), and
# clipped pixels have lost theirs.
_LIT_FROM: Final = 32.0
_LIT_TO: Final = 239.0
_MIN_LIT_SHARE: Final = 0.005


def colour(rgb: Image) -> dict[str, float]:
    """Channel means, saturation, spread of chroma, and the two signs of a missing IR-cut filter.

    saturation_mean: mean of max(R, G, B) - min(R, G, B). chroma_std: square root of
    var(Cb) + var(Cr) (BT.601). magenta_excess: (M - G) / (M + G) with M = (R + B) / 2, from the
    channel means of lit pixels (luma 32..239). green_min: share of lit pixels in which green is
    strictly the smallest channel. The two follow the passive test of OpenIPC, which measured
    green_min 0.016 and 1.000 for the same scene with the filter in and out, and gives no verdict
    without light; with fewer than 0.5 % lit pixels both are 0.
    """
    red, green, blue = rgb
    saturation = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    luma = (_RED * red + _GREEN * green + _BLUE * blue).astype(np.float32)
    cb, cr = np.float32(0.564) * (blue - luma), np.float32(0.713) * (red - luma)
    lit = (luma >= _LIT_FROM) & (luma <= _LIT_TO)
    excess, share = 0.0, 0.0
    count = int(np.count_nonzero(lit))
    if count >= _MIN_LIT_SHARE * lit.size:
        lit_red, lit_green, lit_blue = (_sum(plane * lit) for plane in (red, green, blue))
        magenta = (lit_red + lit_blue) / 2
        excess = (magenta - lit_green) / max(magenta + lit_green, 1e-6)
        share = int(np.count_nonzero(lit & (green < red) & (green < blue))) / count
    return {
        "saturation_mean": _sum(saturation) / saturation.size,
        "red_mean": _sum(red) / red.size,
        "green_mean": _sum(green) / green.size,
        "blue_mean": _sum(blue) / blue.size,
        "magenta_excess": excess,
        "green_min": share,
        "chroma_std": float(np.sqrt(cb.var() + cr.var())),
    }


def _sum(plane: Luma) -> float:
    return float(plane.sum(dtype=np.uint32))
