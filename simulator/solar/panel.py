"""A solar panel: what it gives in the light, behind dirt, obstacles and snow, and when it fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.life.chance import draw
from simulator.solar.climate import Weather
from simulator.solar.grid import STEP_H, STEPS_A_DAY
from simulator.solar.sky import Series, on_plane

_PER_KELVIN = 0.004  # power lost for each kelvin above 25 degC, crystalline silicon
_HEATING = 0.03  # K above the air for each W/m2 (nominal operating cell temperature of 45 degC)
_COVERED_MM = 3.0  # of snow water that let no light through
_SOILING_A_DAY = 0.0015  # dust; a good rain takes most of it off
_SLIDE_W_M2 = 250.0  # sun that warms a panel through thin snow


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A building, hill or tree as the panel sees it: it hides the sun below ``height_deg``."""

    azimuth_deg: float
    half_width_deg: float
    height_deg: float

    @property
    def hidden_sky(self) -> float:
        """The share of the sky it takes: its width of the circle, its height of the dome."""
        width = min(1.0, self.half_width_deg / 180)
        return float(width * np.sin(np.radians(self.height_deg)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """As it was fitted."""

    peak_w: float
    tilt_deg: float
    azimuth_deg: float
    obstacles: tuple[Obstacle, ...] = ()
    soiling: float = 1.0  # how dusty the place is


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """W at the panel's terminals, and what each thing took from it; all on the grid."""

    given_w: Series
    clean_w: Series  # the same panel without dirt, snow and late obstacles
    dirt_w: Series
    shade_w: Series
    snow_w: Series


def yield_of(
    panel: Panel,
    weather: Weather,
    *,
    dirt: Series | None = None,
    late: Obstacle | None = None,
    late_from: int = 0,
    seed: int = 0,
) -> Yield:
    """What the panel gives; ``dirt`` 0..1 beyond dust, ``late`` an obstacle from a step on."""
    clean = _in_light(panel, weather, panel.obstacles)
    shaded = clean
    if late is not None:
        behind = _in_light(panel, weather, (*panel.obstacles, late))
        shaded = np.where(np.arange(clean.size) >= late_from, behind, clean)
    passed = _passed_dust(panel, weather, seed)
    if dirt is not None:
        passed = passed * (1 - dirt)
    behind_dirt = shaded * passed
    bare = 1 - _snow_cover(panel, weather, shaded)
    given = behind_dirt * bare
    return Yield(
        given_w=given,
        clean_w=clean,
        dirt_w=shaded - behind_dirt,
        shade_w=clean - shaded,
        snow_w=behind_dirt - given,
    )


def _in_light(panel: Panel, weather: Weather, obstacles: tuple[Obstacle, ...]) -> Series:
    sun = weather.sun
    seen = np.ones_like(sun.elevation_deg)
    sky = 1.0
    for one in obstacles:
        away = np.abs((sun.azimuth_deg - one.azimuth_deg + 180) % 360 - 180)
        hides = (away <= one.half_width_deg) & (sun.elevation_deg < one.height_deg)
        seen = np.where(hides, 0.04, seen)  # leaves and edges let a little through
        sky *= 1 - one.hidden_sky
    light = on_plane(
        weather.light,
        sun,
        tilt_deg=panel.tilt_deg,
        azimuth_deg=panel.azimuth_deg,
        beam_share=seen,
        sky_share=sky,
    )
    cell_c = weather.temperature_c + _HEATING * light
    power: Series = panel.peak_w * light / 1000 * (1 - _PER_KELVIN * (cell_c - 25))
    # Below some W/m2 the voltage is too low for the charger to start.
    return np.where(light > 8, np.maximum(power, 0.0), 0.0)


def _passed_dust(panel: Panel, weather: Weather, seed: int) -> Series:
    """What dust lets through: it gathers by the day and rain washes it off."""
    dust = float(draw("dust", seed).uniform(0, 0.06)) * panel.soiling
    passed = []
    rains = weather.rain.reshape(-1, STEPS_A_DAY).sum(axis=1) * STEP_H
    for rain in rains.tolist():
        dust = min(0.2, dust + _SOILING_A_DAY * panel.soiling)
        if rain > 2:
            dust *= 0.25
        passed.append(1 - dust)
    return np.repeat(np.array(passed), STEPS_A_DAY)


def _snow_cover(panel: Panel, weather: Weather, clean_w: Series) -> Series:
    """0..1 of the panel under snow: it thaws above zero and slides off steep ones in the sun."""
    if not weather.snowfall_mm_h.any():
        return np.zeros_like(clean_w)
    slides = 0.15 + 0.85 * np.sin(np.radians(panel.tilt_deg)) ** 2
    warmed = clean_w / panel.peak_w * 1000 > _SLIDE_W_M2
    layer, cover = 0.0, []
    for falls, air_c, is_warmed in zip(
        weather.snowfall_mm_h.tolist(),
        weather.temperature_c.tolist(),
        warmed.tolist(),
        strict=True,
    ):
        layer += falls * STEP_H * float(np.cos(np.radians(panel.tilt_deg)))
        if air_c > 0:
            layer = max(0.0, layer - 0.12 * air_c * STEP_H)
        if is_warmed and air_c > -8:
            layer *= 1 - 0.5 * slides
        layer = min(layer, 20.0)
        cover.append(min(1.0, layer / _COVERED_MM))
    return np.array(cover)
