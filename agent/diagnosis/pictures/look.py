"""The picture of this pass as rules see it: its good figures, and its light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from agent.camera.light import Light
from agent.diagnosis.pictures.baseline import Kind, PictureBaseline
from agent.diagnosis.rule import View

PREFIX: Final = "picture."
_LOOK: Final = "look"
NEEDED: Final = (
    "luma_mean",
    "luma_std",
    "luma_p99",
    "dark_share",
    "bright_share",
    "sharpness",
    "saturation_mean",
    "magenta_excess",
    "green_min",
    "red_mean",
    "green_mean",
    "blue_mean",
)
"""Figures that every picture has; without one of them there is no Look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The good figures of this pass's picture; there is no Look of a damaged one."""

    figures: Mapping[str, float]  # by name without "picture."; those of the reference may lack
    light: Light

    def __getitem__(self, name: str) -> float:
        """A figure that every picture has; KeyError for others that lack."""
        return self.figures[name]

    def get(self, name: str) -> float | None:
        """A figure, None when this picture has none."""
        return self.figures.get(name)

    @property
    def is_lit(self) -> bool:
        """True where there is light enough to judge detail and layout."""
        return self.light is not Light.NONE

    @property
    def is_colour(self) -> bool:
        """True by day, or at night by lamps."""
        return self.light in (Light.DAY, Light.NIGHT_COLOUR)

    def colour_distance(self, baseline: PictureBaseline, *, support: float) -> float | None:
        """The largest difference of a channel's share to the camera's own; None when unknown."""
        distances = []
        for name in ("red_share", "green_share", "blue_share"):
            norm = baseline.norm(name, support=support)
            if norm is None:
                return None
            distances.append(abs(self[name] - norm.median))
        return max(distances)


def look_at(view: View) -> Look | None:
    """The picture of this pass; None when it was not read, or a figure of it is not good."""
    if _LOOK not in view.worked_out:
        view.worked_out[_LOOK] = _look_at(view)
    look: Look | None = view.worked_out[_LOOK]
    return look


def _look_at(view: View) -> Look | None:
    figures = {
        name.removeprefix(PREFIX): value
        for name in view.fresh
        if name.startswith(PREFIX) and (value := view.number(name)) is not None
    }
    if any(name not in figures for name in NEEDED):
        return None
    if is_filled(view):
        return None
    total = max(sum(figures[f"{colour}_mean"] for colour in ("red", "green", "blue")), 1e-6)
    for colour in ("red", "green", "blue"):
        figures[f"{colour}_share"] = figures[f"{colour}_mean"] / total
    return Look(figures=figures, light=_light_of(view, figures))


def is_filled(view: View) -> bool:
    """Whether far more of it is filled in by a decoder than this camera's pictures ever had.

    Such a picture says nothing of the camera: there is no Look of it.
    """
    fill, light = view.number("picture.grey_fill"), view.text("picture.light")
    baseline = view.baselines.get(light or "")
    usual = baseline.norm("grey_fill", support=view.levels.baseline_pictures) if baseline else None
    if fill is None or usual is None:
        return False
    return fill > usual.high + view.levels.grey_fill_most


def _light_of(view: View, figures: Mapping[str, float]) -> Light:
    """What the decoder said of this picture; by luma and saturation where it said nothing."""
    said = view.text("picture.light")
    if said is not None:
        light = Light(said) if said in {light.value for light in Light} else Light.NONE
        return _by_the_sun(light, view)
    levels, luma, saturation = view.levels, figures["luma_mean"], figures["saturation_mean"]
    if levels.light_luma <= luma <= levels.light_luma_most:
        if saturation >= levels.colour_saturation:
            return Light.DAY
        if saturation < levels.grey_saturation:
            return Light.NIGHT_IR
    if levels.night_luma <= luma < levels.light_luma and saturation < levels.grey_saturation:
        return Light.NIGHT_IR
    return Light.NONE


def _by_the_sun(light: Light, view: View) -> Light:
    """Colour with the sun down is a night by lamps, however bright the exposure makes it."""
    sun = view.sun_elevation_deg
    if light is Light.DAY and sun is not None and sun < view.levels.sun_dusk_deg:
        return Light.NIGHT_COLOUR
    return light


def filter_mode(view: View) -> str | None:
    """The filter's setting, "ON", "OFF" or "AUTO", when it is good and not too old."""
    reading = view.readings.get("imaging.ir_cut_filter")
    if reading is None or not reading.good or not isinstance(reading.value, str):
        return None
    if view.now - reading.taken_at > timedelta(seconds=view.levels.filter_mode_age_s):
        return None
    return reading.value.upper()


def kind_of(view: View) -> Kind:
    """Size and source of this pass's picture, as far as they were read."""
    width, height = (view.number(f"{PREFIX}{side}_px") for side in ("width", "height"))
    return Kind(int(width or 0), int(height or 0), view.text("picture.source") or "")


def is_other_kind(view: View, light: Light) -> bool:
    """Whether the camera's own in this light are pictures of another size or source."""
    baseline = view.baselines.get(light.value)
    return baseline is not None and not baseline.is_of(kind_of(view))


def baseline_of(view: View, light: Light) -> PictureBaseline | None:
    """The camera's own baseline in this light, once enough good pictures of this kind are in it."""
    baseline = view.baselines.get(light.value)
    if baseline is None or baseline.count < view.levels.baseline_pictures:
        return None
    return baseline if baseline.is_of(kind_of(view)) else None
