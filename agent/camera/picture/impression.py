"""What one picture has to give to, or to be compared with, a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.camera.picture.edges import edge_map, gradient
from agent.camera.picture.measure import Figures, Measured
from agent.camera.picture.planes import Luma, Plane, tile_means
from agent.camera.picture.reference import Reference

NEAR_PX: Final = 2  # positions of one and the same line


@dataclass(frozen=True, slots=True, kw_only=True)
class Impression:
    """The same quantities as a reference has, of one picture."""

    width_px: int
    height_px: int
    edges: Luma
    sharpness: Plane
    contrast: Plane
    luma: Plane
    slope: Plane
    coarse: Plane
    shares: tuple[float, float, float]
    veil: float
    lines: tuple[tuple[str, int], ...]


def impression_of(measured: Measured, *, width_px: int, height_px: int) -> Impression:
    """The quantities of a picture of this native size."""
    detail, figures = measured.detail, measured.figures
    slope = gradient(measured.small)
    red, green, blue = (_number(figures, f"{name}_mean") for name in ("red", "green", "blue"))
    total = max(red + green + blue, 1e-6)
    return Impression(
        width_px=width_px,
        height_px=height_px,
        edges=edge_map(slope),
        sharpness=_log(measured.sharpness, 0.005),
        contrast=_log(detail.deviation, 0.1),
        luma=_log(detail.luma, 1.0),
        slope=_log(tile_means(slope), 0.05),
        coarse=_log(detail.coarse, 0.05),
        shares=(red / total, green / total, blue / total),
        veil=_number(figures, "veil"),
        lines=read_lines(str(figures["line_positions"])),
    )


def read_lines(positions: str) -> tuple[tuple[str, int], ...]:
    """Axis and position of each line in a text like ``r123 c40``."""
    return tuple((word[0], int(word[1:])) for word in positions.split())


def _number(figures: Figures, name: str) -> float:
    value = figures[name]
    return float(value) if isinstance(value, float) else 0.0


def _log(plane: Plane, least: float) -> Plane:
    found: Plane = np.log2(plane + np.float32(least))
    return found


def is_known(reference: Reference, axis: str, at: int) -> bool:
    """Whether at least a quarter of the reference's pictures had this line."""
    needed = max(1, reference.count // 4)
    return any(
        line.axis == axis and abs(line.at - at) <= NEAR_PX and line.times >= needed
        for line in reference.lines
    )
