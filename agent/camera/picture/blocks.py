"""Traces of coding on the 8-pixel grid of the native picture: blocks, and what was filled in."""

from __future__ import annotations

from typing import Final

import numpy as np

from agent.camera.picture.planes import Luma, Plane, distance
from agent.camera.picture.robust import middle

_GRID_PX: Final = 8
_MIDDLE_PX: Final = 256
_MOST_IN_16_BIT: Final = 257
_FILL_PX: Final = 16  # a macroblock
_SOFTEN: Final = 0.5  # grey levels, so that flat pictures have no ratio of nothings
_GREY: Final = (124, 132)  # what decoders put where they know nothing (128, and rounding)
_SMEAR_FROM: Final = 8  # grey levels along a row: below, rows are alike by themselves
_VIDEO_RANGE: Final = (17, 234)  # clipped parts are flat by themselves


def block_figures(native: Luma) -> dict[str, float]:
    """Blockiness, flat blocks and filled blocks.

    blockiness: the mean step across each line of the 8x8 grid over the mean of the steps two and
    three pixels beside it, median over grid lines, mean of both axes (after Wang, Sheikh and
    Bovik, ICIP 2002; the grid lies at phase 0, as coders lay it). The median over lines is what a
    pole or a caption cannot move. About 1 without blocks.
    """
    # A quarter of the rows, and 256 columns of the middle, tell the mean steps well enough; so few
    # samples of 8 bit add up in 16 (up to 1028 lines), which is twice as fast.
    lines, left = native[::4], max(0, native.shape[1] // 2 - _MIDDLE_PX // 2)
    inner = native[:, left : left + _MIDDLE_PX]
    across = distance(lines[:, 1:], lines[:, :-1])
    down = distance(inner[1:], inner[:-1])
    kind = np.uint16 if len(across) <= _MOST_IN_16_BIT else np.uint32
    columns = across.sum(axis=0, dtype=kind) / max(len(across), 1)
    rows = down.sum(axis=1, dtype=np.uint16) / max(inner.shape[1], 1)
    return {"blockiness": (_grid_ratio(columns) + _grid_ratio(rows)) / 2, **_fill(native)}


def _grid_ratio(steps: Plane) -> float:
    """``steps[i]`` is the mean step between line i and line i + 1."""
    at = np.arange(_GRID_PX - 1, len(steps) - 3, _GRID_PX)
    if len(at) < 2:
        return 1.0
    beside = (steps[at - 3] + steps[at - 2] + steps[at + 2] + steps[at + 3]) / 4
    return middle((steps[at] + _SOFTEN) / (beside + _SOFTEN))


def _fill(native: Luma) -> dict[str, float]:
    """grey_fill and flat_blocks, shares of 16x16 blocks.

    grey_fill: exactly flat and mid-grey, or every row the same as the row above although the row
    itself varies. Decoders of devices conceal what they lost so, and no sensor with noise does.
    flat_blocks: exactly flat and not clipped: what coarse coding leaves of walls and sky.
    """
    rows, columns = native.shape[0] // _FILL_PX, native.shape[1] // _FILL_PX
    if not rows or not columns:
        return {"grey_fill": 0.0, "flat_blocks": 0.0}
    width = columns * _FILL_PX
    bands = native[: rows * _FILL_PX, :width].reshape(rows, _FILL_PX, width)
    high, low = bands.max(axis=1), bands.min(axis=1)
    upright = _along(np.maximum, high - low) == 0  # all rows of the block are the same
    most, least = _along(np.maximum, high), _along(np.minimum, low)
    flat = most == least
    grey = flat & (most >= _GREY[0]) & (most <= _GREY[1])
    smeared = upright & (most - least >= _SMEAR_FROM)
    seen = (most >= _VIDEO_RANGE[0]) & (most <= _VIDEO_RANGE[1])
    return {
        "grey_fill": float((grey | smeared).mean()),
        "flat_blocks": float((flat & seen).mean()),
    }


def _along(choose: np.ufunc, bands: Luma) -> Luma:
    """The extreme of each 16 neighbours along a band: pairs, then pairs of pairs."""
    for _ in range(4):
        bands = choose(bands[:, 0::2], bands[:, 1::2])
    return bands
