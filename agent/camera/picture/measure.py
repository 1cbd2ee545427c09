"""All figures of one picture, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from agent.camera.picture.blocks import block_figures
from agent.camera.picture.brightness import brightness, lighting, veil
from agent.camera.picture.colour import colour
from agent.camera.picture.detail import (
    Detail,
    detail_figures,
    detail_of,
    sharpness_by_side,
)
from agent.camera.picture.lines import line_figures
from agent.camera.picture.noise import change, noise_of, tile_noise
from agent.camera.picture.pattern import pattern_change
from agent.camera.picture.planes import Luma, Plane, Planes, shrink

Figures: TypeAlias = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures, and the planes that a comparison with the reference goes on from."""

    figures: Figures
    small: Plane  # 160x90
    detail: Detail
    sharpness: Plane  # of tiles, noise taken off


def measure(planes: Planes, before: Luma | None) -> Measured:
    """Measure everything that one picture shows by itself.

    ``before`` is the 640x360 luma of an earlier picture of the same watch, for the change figures.
    """
    small, detail = shrink(planes.luma), detail_of(planes.luma)
    noise = noise_of(tile_noise(planes.luma), detail.luma, detail.coarse)
    sharpness = detail.sharpness(noise)
    figures: Figures = {
        **brightness(planes.luma),
        **lighting(detail.luma),
        **detail_figures(planes.luma, detail),
        **sharpness_by_side(sharpness, detail.textured),
        **colour(planes.rgb),
        **change(planes.luma, before),
        **block_figures(planes.native),
        **line_figures(planes.native),
        "pattern_change": None if before is None else pattern_change(planes.luma, before),
        "noise": noise,
        "veil": veil(small),
    }
    return Measured(figures=figures, small=small, detail=detail, sharpness=sharpness)
