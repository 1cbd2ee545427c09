"""How far the order of bright and dark places differs between two pictures; numpy, child only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agent.camera.picture.planes import Luma

_ROWS, _COLUMNS = 9, 16


def pattern_change(luma: Luma, before: Luma) -> float:
    """1 minus Spearman's rank correlation of the mean luma of 16x9 tiles, 0..2.

    Exposure, gain and tone curve keep the order of the tiles, so they leave it near 0, and so
    does a picture processor that drops the colours. Infrared changes the order: leaves become
    brighter than walls, the sky darker than both. A flat picture has no order and gives 1.
    """
    now, then = _ranks(_tiles(luma)), _ranks(_tiles(before))
    spread = float(np.sqrt((now * now).sum() * (then * then).sum()))
    return 1.0 - float((now * then).sum()) / spread if spread > 0 else 1.0


def _tiles(luma: Luma) -> npt.NDArray[np.float64]:
    height, width = luma.shape[0] // _ROWS, luma.shape[1] // _COLUMNS
    cut = luma[: height * _ROWS, : width * _COLUMNS]
    means: npt.NDArray[np.float64] = (
        cut.reshape(_ROWS, height, _COLUMNS, width).mean(axis=(1, 3), dtype=np.float64).ravel()
    )
    return means


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Centred ranks; places of equal luma share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_rank = last - (counts + 1) / 2
    ranks = mean_rank[place]
    centred: npt.NDArray[np.float64] = ranks - ranks.mean()
    return centred
