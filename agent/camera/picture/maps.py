"""A map that shows people where a picture departs: tiles tinted over the grey picture."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from agent.camera.picture.impression import Impression
from agent.camera.picture.measure import Figures
from agent.camera.picture.planes import (
    COLUMNS,
    HEIGHT_PX,
    ROWS,
    TILE_PX,
    WIDTH_PX,
    Image,
    Luma,
    Plane,
)
from agent.camera.picture.reference import Reference
from agent.camera.picture.regions import changed_tiles

BAR_PX: Final = 24  # height of the scale below the picture
_TINT: Final = 0.45  # of the colour; the rest is the picture
_LOST: Final = np.array((220, 30, 30), dtype=np.float32)  # red: detail is gone
_GAINED: Final = np.array((40, 90, 230), dtype=np.float32)  # blue: there is more than before
_SHARP: Final = np.array((60, 190, 60), dtype=np.float32)  # green, on maps without a reference
_OTHER: Final = np.array((230, 60, 230), dtype=np.uint8)  # magenta frame: shows something else
_FULL_LOG2: Final = 1.0  # half or twice the detail has the full colour
_FULL_SHARPNESS: Final = 0.6
_TEXTURED: Final = float(np.log2(1.5))  # log2 of coarse detail, as in ``compare``
_FRAME_PX: Final = 2
# Beyond these a map has something to show.
_USUAL: Final[dict[str, tuple[float | None, float | None]]] = {
    "ref_similarity": (0.5, None),
    "ref_detail": (0.85, None),
    "ref_detail_p10": (0.7, None),
    "ref_detail_slope_x": (-0.35, 0.35),
    "ref_detail_slope_y": (-0.35, 0.35),
    "ref_contrast": (0.7, None),
    "ref_edges_lost": (None, 0.12),
    "ref_changed": (None, 0.15),
}


def is_worth_a_map(figures: Figures) -> bool:
    """Whether a picture differs from its reference by what a map shows.

    Half of what rules act on, so that a fault which opens has one; no judgement of its own.
    """
    numbers = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    return any(
        (low is not None and value < low) or (high is not None and value > high)
        for name, (low, high) in _USUAL.items()
        if (value := numbers.get(name)) is not None
    )


def draw_map(luma: Luma, now: Impression, reference: Reference | None) -> Image:
    """The grey picture at 640x360, tinted, with a scale below it; RGB.

    Against a reference: red where tile sharpness is lower, blue where it is higher, full colour at
    half and at twice; a magenta frame where the edges are other ones. Tiles without texture in the
    reference are not tinted: they have nothing to lose. Without a reference: the greener a tile,
    the sharper.
    """
    strength, colours = _tints(now, reference)
    tinted = np.repeat(luma[..., None], 3, axis=2).astype(np.float32)
    share = _spread(strength)[..., None] * np.float32(_TINT)
    tinted += (_spread(colours) - tinted) * share
    picture: Image = tinted.astype(np.uint8)
    if reference is not None:
        others = changed_tiles(now.edges, reference.edges, right=0, down=0)
        _frame(picture, others & (reference.coarse >= _TEXTURED))
    return np.concatenate([picture, _scale(has_reference=reference is not None)])


def _tints(now: Impression, reference: Reference | None) -> tuple[Plane, npt.NDArray[np.float32]]:
    """How strongly each tile is tinted, 0..1, and with which colour."""
    if reference is None:
        sharpness = np.exp2(now.sharpness) / np.float32(_FULL_SHARPNESS)
        strength = np.where(now.coarse >= _TEXTURED, np.clip(sharpness, 0, 1), 0)
        return strength.astype(np.float32), np.broadcast_to(_SHARP, (ROWS, COLUMNS, 3))
    off = (now.sharpness - reference.sharpness) / np.float32(_FULL_LOG2)
    judged = (reference.coarse >= _TEXTURED) & (now.coarse >= 0)
    strength = np.where(judged, np.clip(np.abs(off), 0, 1), 0).astype(np.float32)
    return strength, np.where((off < 0)[..., None], _LOST, _GAINED)


def _spread(tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    wide = np.repeat(np.repeat(tiles, TILE_PX, axis=0), TILE_PX, axis=1)
    return wide[:HEIGHT_PX, :WIDTH_PX]


def _frame(picture: Image, tiles: npt.NDArray[np.bool_]) -> None:
    for row, column in zip(*np.nonzero(tiles), strict=True):
        tile = picture[row * TILE_PX : (row + 1) * TILE_PX, column * TILE_PX :][:, :TILE_PX]
        tile[:_FRAME_PX] = tile[-_FRAME_PX:] = _OTHER
        tile[:, :_FRAME_PX] = tile[:, -_FRAME_PX:] = _OTHER


def _scale(*, has_reference: bool) -> Image:
    """From full loss on the left over nothing in the middle to full gain; or from soft to sharp."""
    at = np.linspace(-1 if has_reference else 0, 1, WIDTH_PX, dtype=np.float32)[:, None]
    grey = np.full((WIDTH_PX, 3), 128, dtype=np.float32)
    colour = np.where(at < 0, _LOST, _GAINED) if has_reference else _SHARP
    line = grey + (colour - grey) * np.abs(at)
    return np.repeat(line[None].astype(np.uint8), BAR_PX, axis=0)
