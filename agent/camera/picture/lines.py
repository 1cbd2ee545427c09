"""Faults of whole rows and columns, on the native picture: dead lines, and stripes."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from agent.camera.picture.planes import Luma, Plane

_STRIPS: Final = 8
_AGREEING: Final = 1  # this strip, counted from the weakest, must show a line too
_SHARED: Final = 2  # this strip, counted from the weakest, must have a stripe too
_LEAST_CONTRAST: Final = 2.5  # grey levels
_OVER_USUAL: Final = 10.0  # times the mean contrast of all lines
_MOST_POSITIONS: Final = 16
_FIRST_CYCLE: Final = 6  # per picture height; slower waves are scenery
_GROUP: Final = 20  # cycles, of which the median is what a peak is compared with
_MOST_IN_16_BIT: Final = 257
_LEAST_FLOOR: Final = 0.02  # grey levels: amplitudes below are rounding


def line_figures(native: Luma) -> dict[str, float | int | str]:
    """Stripes, and dead rows and columns with their positions.

    Rows are told from means over eight strips that lie side by side, columns from eight that lie
    one above the other: a fault of the sensor's lines goes through all of them, an edge of the
    scene hardly ever does. The picture has at least 96 lines each way.
    """
    rows, columns = _row_means(native), _column_means(native)
    dead = [("r", *line) for line in _dead(rows)] + [("c", *line) for line in _dead(columns)]
    strongest = sorted(dead, key=lambda line: -line[2])[:_MOST_POSITIONS]
    return {
        "row_stripes": _stripes(rows),
        "column_stripes": _stripes(columns),
        "dead_rows": sum(axis == "r" for axis, _, _ in dead),
        "dead_columns": sum(axis == "c" for axis, _, _ in dead),
        "line_positions": " ".join(f"{axis}{at}" for axis, at, _ in strongest),
    }


def _row_means(native: Luma) -> Plane:
    """Means of each row in each strip, strips first."""
    height, width = native.shape[0], native.shape[1] // _STRIPS
    strips = native[:, : width * _STRIPS].reshape(height, _STRIPS, width)
    means: Plane = strips.sum(axis=2, dtype=_sum_type(width)).astype(np.float32)
    means /= np.float32(width)
    return np.ascontiguousarray(means.T)


def _column_means(native: Luma) -> Plane:
    """Means of each column in each strip, strips first; every second row tells them."""
    height, width = native.shape[0] // _STRIPS, native.shape[1]
    strips = native[: height * _STRIPS].reshape(_STRIPS, height, width)[:, ::2]
    count = strips.shape[1]
    means: Plane = strips.sum(axis=1, dtype=_sum_type(count)).astype(np.float32)
    means /= np.float32(count)
    return means


def _sum_type(count: int) -> type[np.unsignedinteger]:
    """The smallest type in which so many samples of 8 bit add up: 16 bit is twice as fast."""
    return np.uint16 if count <= _MOST_IN_16_BIT else np.uint32


def _dead(means: Plane) -> list[tuple[int, float]]:
    """Lines of one or two pixels that stand out on both sides, with their contrast.

    A line is a peak or a valley: its contrast is the smaller of the steps to both sides, when
    these go the same way. So an edge, which goes one way only, has none. It must stand out in all
    strips but one, and far beyond what lines of this picture do.
    """
    contrast = np.maximum(_contrast(means, 1), _contrast(means, 2))
    agreed = np.partition(contrast, _AGREEING, axis=0)[_AGREEING]
    least = max(_LEAST_CONTRAST, _OVER_USUAL * float(agreed.mean()))
    found: list[tuple[int, float]] = []
    for at in np.flatnonzero(agreed >= least).tolist():
        if found and at - found[-1][0] <= 2:  # the same line, seen at both widths
            if agreed[at] > found[-1][1]:
                found[-1] = (at, float(agreed[at]))
            continue
        found.append((at, float(agreed[at])))
    return found


def _contrast(means: Plane, width: int) -> Plane:
    """Contrast of ``width`` lines together against the line before and the line behind."""
    count = means.shape[1]
    line: Plane = means[:, 1 : count - width]
    if width == 2:
        line = (line + means[:, 2 : count - width + 1]) * np.float32(0.5)
    before = line - means[:, : count - width - 1]
    behind = line - means[:, 1 + width :]
    smaller = np.minimum(np.abs(before), np.abs(behind))
    found = np.zeros_like(means)
    found[:, 1 : count - width] = smaller * (before * behind > 0)
    return found


def _stripes(means: Plane) -> float:
    """Peak over the median around it, in the amplitude spectrum of line means.

    At each frequency counts what three quarters of the strips have in phase with the whole, so
    that a fence in a part of the view is none; a window (Hann) keeps the ends from ringing.
    """
    count = means.shape[1]
    level = (means - _smooth(means, count // _FIRST_CYCLE | 1)) * _window(count)
    spectra = np.fft.rfft(level)[:, _FIRST_CYCLE:-1] * np.float32(4 / count)
    whole = spectra.mean(axis=0)
    amplitude = np.sqrt(whole.real**2 + whole.imag**2)
    in_phase = spectra.real * whole.real + spectra.imag * whole.imag
    in_phase /= np.maximum(amplitude, np.float32(1e-6))
    shared = np.partition(in_phase, _SHARED, axis=0)[_SHARED]
    groups = amplitude[: len(amplitude) // _GROUP * _GROUP].reshape(-1, _GROUP)
    centres = np.arange(len(groups)) * _GROUP + (_GROUP - 1) / 2
    usual = np.interp(np.arange(len(amplitude)), centres, np.median(groups, axis=1))
    return max(float((shared / np.maximum(usual, _LEAST_FLOOR)).max()), 0.0)


@functools.lru_cache(maxsize=8)
def _window(count: int) -> Plane:
    window: Plane = np.hanning(count).astype(np.float32)
    return window


def _smooth(means: Plane, size: int) -> Plane:
    """Running mean along the lines; ends repeat."""
    padded = np.pad(means, ((0, 0), (size // 2 + 1, size // 2)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64)
    return ((sums[:, size:] - sums[:, :-size]) / size).astype(np.float32)
