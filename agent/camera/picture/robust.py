"""Medians and small systems, without what numpy does for large ones: there are many a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def middle(values: npt.NDArray[np.floating]) -> float:
    """The median of at least one value."""
    ordered = np.sort(values, axis=None)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[half])
    return (float(ordered[half - 1]) + float(ordered[half])) / 2


def percentiles(values: npt.NDArray[np.floating], *percents: float) -> list[float]:
    """Percentiles of at least one value, between neighbours in proportion."""
    ordered = np.sort(values, axis=None)
    at = [percent / 100 * (len(ordered) - 1) for percent in percents]
    found: list[float] = np.interp(at, np.arange(len(ordered)), ordered).tolist()
    return found


def solve3(
    matrix: npt.NDArray[np.floating], wanted: npt.NDArray[np.floating]
) -> tuple[float, float, float]:
    """Solve three symmetric equations (Cramer); all zero when they say nothing."""
    (a, b, c), (_, d, e), (_, _, f) = matrix.tolist()
    x, y, z = wanted.tolist()
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    whole = a * first + b * second + c * third
    if abs(whole) < 1e-12:
        return 0.0, 0.0, 0.0
    fourth, fifth, sixth = a * f - c * c, b * c - a * e, a * d - b * b
    return (
        (first * x + second * y + third * z) / whole,
        (second * x + fourth * y + fifth * z) / whole,
        (third * x + fifth * y + sixth * z) / whole,
    )
