"""A plane through tile values: what changes from one side of the picture to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from agent.camera.picture.planes import COLUMNS, ROWS, Plane
from agent.camera.picture.robust import middle, solve3

_X: Final = np.tile((np.arange(COLUMNS) + 0.5) / COLUMNS - 0.5, ROWS)
_Y: Final = np.repeat((np.arange(ROWS) + 0.5) / ROWS - 0.5, COLUMNS)
_TERMS: Final = np.stack([np.ones_like(_X), _X, _Y], axis=1)
_ROUNDS: Final = 2
_RIDGE: Final = 1e-6 * np.eye(3)  # for tiles that lie all in one line
_TUNING: Final = 1.345  # Huber's k, in standard deviations
_MAD_TO_SIGMA: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Slopes:
    """Change per picture width to the right and per height down, and the variance explained."""

    right: float
    down: float
    explained: float  # 0..1


def fit_slopes(values: Plane, weights: npt.NDArray[np.floating]) -> Slopes:
    """Weighted least squares, made robust by Huber's weights (1964); tiles of weight 0 are out.

    At least one tile has a weight.
    """
    wanted: npt.NDArray[np.floating] = values.ravel().astype(np.float64)
    weight: npt.NDArray[np.floating] = weights.ravel().astype(np.float64)
    fair = weight
    used = weight > 0
    left = wanted - middle(wanted[used])
    level = right = down = 0.0
    for _ in range(_ROUNDS):
        sigma = _MAD_TO_SIGMA * middle(np.abs(left[used])) + 1e-6
        fair = weight / np.maximum(1.0, np.abs(left) / (_TUNING * sigma))
        scaled = _TERMS.T * fair
        level, right, down = solve3(scaled @ _TERMS + _RIDGE, scaled @ wanted)
        left = wanted - level - right * _X - down * _Y
    mean = float((fair * wanted).sum() / fair.sum())
    total = float((fair * (wanted - mean) ** 2).sum())
    explained = 1 - float((fair * left**2).sum()) / total if total > 1e-9 else 0.0
    return Slopes(right, down, min(max(explained, 0.0), 1.0))
