"""How far the order of bright and dark places differs between two pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agent.camera.picture.planes import Luma, tile_means


def pattern_change(luma: Luma, before: Luma) -> float:
    """1 minus Spearman's rank correlation of the mean luma of 16x9 tiles, 0..2.

    Exposure, gain and tone curve keep the order of the tiles, so they leave it near 0, and so
    does a picture processor that drops the colours. Infrared changes the order: leaves become
    brighter than walls, the sky darker than both. A flat picture has no order and gives 1.
    """
    now, then = _ranks(luma), _ranks(before)
    spread = float(np.sqrt((now * now).sum() * (then * then).sum()))
    return 1.0 - float((now * then).sum()) / spread if spread > 0 else 1.0


def _ranks(luma: Luma) -> npt.NDArray[np.float64]:
    """Centred ranks of the tiles; tiles of equal luma share their mean rank."""
    _, place, counts = np.unique(tile_means(luma), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts + 1) / 2)[place.ravel()]
    centred: npt.NDArray[np.float64] = ranks - ranks.mean()
    return centred
