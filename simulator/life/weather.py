"""Weather of a site: all its cameras see the same clouds, rain, fog and snow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from simulator.life.chance import draw, uniform, wander
from simulator.life.optics import shrink
from simulator.video.texture import Plane

_KINDS = ("clear", "cloudy", "overcast", "rain", "fog", "snow", "storm")
_SHARES = (0.32, 0.22, 0.16, 0.12, 0.08, 0.05, 0.05)
_SNOW_LIES_DAYS = 2
_WINTER = (11, 12, 1, 2, 3)
_SNOW_IN_WINTER = 0.5  # of the days that would be rainy


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """All 0..1: cloud cover, rain and snow that fall, fog, snow that lies, wind."""

    cloud: float
    rain: float
    falling_snow: float
    fog: float
    lying_snow: float
    wind: float


def weather_of(site_seed: int, at: datetime) -> Weather:
    """The site's weather at one moment."""
    kind, strength = _day(site_seed, at.date())
    hour = at.hour + at.minute / 60
    begins = 24 * uniform(site_seed, at.date(), "begins")
    lasts = 3 + 14 * uniform(site_seed, at.date(), "lasts")
    away = (hour - begins) % 24
    inside = min(1.0, min(away, lasts - away) * 2) if away < lasts else 0.0
    gusts = 0.5 + 0.5 * wander(at, site_seed, "gusts", hours=0.3)
    morning = max(0.0, 1 - abs(hour - 6.5) / 4.5)  # fog stands before and after sunrise
    cloud = {"clear": 0.05, "cloudy": 0.45, "fog": 0.6, "storm": 0.8}.get(kind, 0.9)
    return Weather(
        cloud=cloud,
        rain=strength * inside * (kind in ("rain", "storm")),
        falling_snow=strength * inside * (kind == "snow"),
        fog=strength * morning * (kind == "fog"),
        lying_snow=_lying_snow(site_seed, at),
        wind=gusts * (1.0 if kind == "storm" else 0.35),
    )


@lru_cache(maxsize=256)
def _day(site_seed: int, day: date) -> tuple[str, float]:
    rng = draw(site_seed, day, "weather")
    kind = _KINDS[int(rng.choice(len(_KINDS), p=_SHARES))]
    strength = float(rng.uniform(0.3, 1.0))
    is_winter = day.month in _WINTER
    if kind == "snow" and not is_winter:
        kind = "rain"
    if kind == "rain" and is_winter and rng.random() < _SNOW_IN_WINTER:
        kind = "snow"
    return kind, strength


def _lying_snow(site_seed: int, at: datetime) -> float:
    """Snow of the last days, that melts."""
    lying = 0.0
    for days in range(1, _SNOW_LIES_DAYS + 1):
        kind, strength = _day(site_seed, at.date() - timedelta(days=days))
        if kind == "snow":
            lying = max(lying, strength * (1 - (days - 1) / _SNOW_LIES_DAYS))
    return lying


def lay_snow(light: Plane, ground: Plane, lying: float, *, level: float) -> Plane:
    """Whiten the ground: ``ground`` (height, width) says where snow stays first."""
    cover = np.clip((ground - (1 - 0.8 * lying)) * 6, 0, 0.95)
    white = np.float32(0.75 * level)
    laid: Plane = light * (1 - cover) + white * cover
    return laid


def fall(light: Plane, far: Plane, weather: Weather, *, seed: int, by_lamp: bool) -> Plane:
    """Fog, rain and snow between the camera and the scene; a lamp of its own lights them up."""
    haze = max(weather.fog, 0.35 * weather.rain, 0.6 * weather.falling_snow)
    if haze > 0.02:
        near = np.float32(0.15) + np.float32(0.85) * far
        lost = 1 - np.exp(np.float32(-2.2 * haze) * near)
        air = shrink(light, 40).max(axis=(1, 2), keepdims=True)
        air = air * np.float32(0.5 if by_lamp else 0.75)
        light = light * (1 - lost) + air * lost
    if weather.rain > 0.05 or weather.falling_snow > 0.05:
        light = light + _streaks(light, weather, seed=seed, by_lamp=by_lamp)
    return light


def _streaks(light: Plane, weather: Weather, *, seed: int, by_lamp: bool) -> Plane:
    """Drops and flakes: bright, short; few are near and large."""
    rng = draw(seed, "streaks")
    height, width = light.shape[1:]
    snow = weather.falling_snow > weather.rain
    count = int(260 * max(weather.rain, weather.falling_snow))
    bright = np.zeros((height, width), dtype=np.float32)
    tops, lefts = rng.integers(0, height, count), rng.integers(0, width, count)
    sizes = rng.integers(1, 4 if snow else 3, count)
    lengths = sizes * (1 if snow else 7)
    for top, left, size, length in zip(tops, lefts, sizes, lengths, strict=True):
        bright[top : top + length, left : left + size] = 1.0 / size
    glow = float(light.mean()) * (2.5 if by_lamp else 0.8)
    streaks: Plane = bright[None] * np.float32(glow)
    return streaks
