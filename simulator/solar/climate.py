"""Weather of a site as correlated chance: all its cameras share it, microclimates differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.life.chance import draw
from simulator.solar.grid import STEPS_A_DAY, Grid
from simulator.solar.sky import Light, Series, Sun, light_under, sun_at

_FRONT_DAYS = 2.5  # how long a front or a high lasts
_SHOWER_HOURS = 3.0
_AIR_DAYS = 4.0
_WINTER_GLOOM = 0.12  # more cloud in winter, above 40 degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a site is and what its weather is like."""

    latitude_deg: float
    longitude_deg: float
    cloudiness: float  # 0..1 of the sky on the mean of the year
    continentality: float = 1.0  # of the yearly swing of temperature
    warmer_k: float = 0.0  # than the latitude makes one expect
    gloom: tuple[int, int] | None = None  # first and last day of a spell of thick cloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The site's sky, air and ground on the grid."""

    grid: Grid
    sun: Sun
    light: Light
    cloud: Series
    temperature_c: Series
    snowfall_mm_h: Series  # of snow water
    rain: Series = field(repr=False)  # 0..1


def weather_at(place: Place, grid: Grid, seed: int) -> Weather:
    """What a year of such a place brings; equal arguments give equal weather.

    Temperature: a mean by latitude (27 - 0.0065 latitude^2, fitted by eye to climate tables), a
    yearly swing of a quarter degree for each degree of latitude, a daily one that clouds damp,
    and air masses that change within days.
    """
    sun = sun_at(grid.seconds, latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg)
    latitude = abs(place.latitude_deg)
    warmth = _yearly(place, grid)  # -1 midwinter, +1 midsummer
    gloom = _WINTER_GLOOM * max(0.0, min(1.0, (latitude - 35) / 15))
    front = _walk(grid, _FRONT_DAYS * STEPS_A_DAY, seed, "front")
    shower = _walk(grid, _SHOWER_HOURS * STEPS_A_DAY / 24, seed, "shower")
    cloud = place.cloudiness - gloom * warmth + 0.33 * front + 0.15 * shower
    if place.gloom is not None:
        day = grid.day_of_step
        dull = (day >= place.gloom[0]) & (day <= place.gloom[1])
        cloud = np.where(dull, np.maximum(cloud, 0.93 + 0.05 * shower), cloud)
    cloud = np.clip(cloud, 0.02, 1.0)
    swing = 0.25 * latitude * place.continentality
    hours = (grid.seconds / 3600 + place.longitude_deg / 15) % 24
    daily = np.cos((hours - 15) / 24 * 2 * np.pi) * 5.5 * (1 - 0.6 * cloud)
    masses = (1.5 + 0.06 * latitude) * _walk(grid, _AIR_DAYS * STEPS_A_DAY, seed, "air")
    mean = 27 - 0.0065 * latitude**2 + place.warmer_k
    temperature = mean + swing * warmth + daily + masses
    wet = np.clip((cloud - 0.85) / 0.15, 0, 1) * np.clip(0.5 + shower, 0, 1.5)
    return Weather(
        grid=grid,
        sun=sun,
        light=light_under(sun, cloud),
        cloud=cloud,
        temperature_c=temperature,
        snowfall_mm_h=np.where(temperature < 0.5, 0.8 * wet, 0.0),
        rain=np.where(temperature >= 0.5, np.minimum(wet, 1.0), 0.0),
    )


def _yearly(place: Place, grid: Grid) -> Series:
    """-1 in the coldest weeks, 1 in the warmest: a month after the solstices."""
    year = (grid.seconds / 86_400 / 365.2425) % 1.0
    turn = 1.0 if place.latitude_deg >= 0 else -1.0
    wave: Series = -turn * np.cos((year - 22 / 365) * 2 * np.pi)
    return wave


def _walk(grid: Grid, steps: float, *key: object) -> Series:
    """A normal process with memory of ``steps`` steps (first-order autoregressive)."""
    kept = float(np.exp(-1 / steps))
    chance = draw("climate", *key).standard_normal(grid.steps)
    kick = (1 - kept**2) ** 0.5
    value = float(chance[0])
    walked = []
    for one in chance.tolist():
        value = kept * value + kick * one
        walked.append(value)
    return np.array(walked)
