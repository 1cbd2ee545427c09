"""All that is told of a decoded frame: its figures, its light, and the reference after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from av.video.frame import VideoFrame

from agent.camera.frame_planes import take_planes
from agent.camera.light import Light, light_of
from agent.camera.picture.impression import impression_of
from agent.camera.picture.maps import draw_map, is_worth_a_map
from agent.camera.picture.measure import Figures, measure
from agent.camera.picture.planes import Image, Luma
from agent.camera.picture.recall import recall


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was measured; ``merged`` is empty without light."""

    figures: Figures
    light: Light
    merged: bytes
    note: str  # why a reference that was kept is of no use
    map: Image | None = None


def examine(
    frame: VideoFrame,
    before: Luma | None,
    references: Mapping[str, bytes],
    *,
    with_map: bool = False,
) -> Examined:
    """Measure a frame, tell its light, and compare it with the reference of that light.

    ``before`` is the small luma of an earlier picture of the same watch. A map is drawn when it is
    asked for, and when the picture departs from its reference.
    """
    planes = take_planes(frame)
    measured = measure(planes, before)
    light = light_of(
        luma_mean=_number(measured.figures, "luma_mean"),
        luma_p99=_number(measured.figures, "luma_p99"),
        saturation_mean=_number(measured.figures, "saturation_mean"),
    )
    size: Figures = {"width_px": frame.width, "height_px": frame.height}
    now = impression_of(measured, width_px=frame.width, height_px=frame.height)
    # Without light there is nothing to know again.
    kept = b"" if light is Light.NONE else references.get(light.value, b"")
    compared = recall(kept, now)
    drawn = None
    if with_map or is_worth_a_map(compared.figures):
        drawn = draw_map(planes.luma, now, compared.reference)
    return Examined(
        figures={**size, **measured.figures, **compared.figures},
        light=light,
        merged=b"" if light is Light.NONE else compared.merged,
        note=compared.note,
        map=drawn,
    )


def _number(figures: Figures, name: str) -> float:
    value = figures[name]
    assert isinstance(value, float)
    return value
