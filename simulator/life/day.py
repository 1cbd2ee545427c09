"""Daylight over a site: the sun's height, clouds, the colour of light, shadows that move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from simulator.life.chance import draw, wander
from simulator.life.weather import Weather
from simulator.video.texture import Plane, smooth_noise

# Light on the ground against that of noon, as a power of ten, by the sun's height in degrees:
# 50 klx at noon, 400 lx at sunset, 3.4 lx at the end of civil dusk (Seidelmann, Explanatory
# Supplement to the Astronomical Almanac, 1992, table of natural illuminance, rounded).
_HEIGHTS_DEG = (-18.0, -12.0, -6.0, -2.0, 0.0, 5.0, 15.0, 30.0, 60.0)
_POWERS = (-7.5, -6.0, -4.2, -2.6, -2.0, -1.1, -0.5, -0.2, 0.0)
OFFICE_LEVEL = 0.006  # 300 lx


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where cameras hang together: they share sun and weather."""

    seed: int
    latitude_deg: float = 47.0
    longitude_deg: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunlight:
    """Daylight at one moment: ``level`` against noon, ``direct`` the share that casts shadows."""

    elevation_deg: float
    level: float
    direct: float
    red: float
    blue: float


def sun_elevation_deg(site: Site, at: datetime) -> float:
    """The sun's height to about a degree (Cooper 1969 for the declination)."""
    at = at.astimezone(UTC)
    day = at.timetuple().tm_yday
    declination = math.radians(23.45) * math.sin(math.tau * (284 + day) / 365)
    hour = at.hour + at.minute / 60 + site.longitude_deg / 15 - 12
    latitude = math.radians(site.latitude_deg)
    sine = math.sin(latitude) * math.sin(declination)
    sine += math.cos(latitude) * math.cos(declination) * math.cos(math.tau * hour / 24)
    return math.degrees(math.asin(sine))


def sunlight(site: Site, weather: Weather, at: datetime) -> Sunlight:
    """Sun and clouds of this moment; clouds pass within minutes and within hours."""
    height = sun_elevation_deg(site, at)
    cloud = weather.cloud + 0.25 * wander(at, site.seed, "cloud", hours=0.7)
    cloud = min(1.0, max(0.0, cloud))
    level = 10 ** float(np.interp(height, _HEIGHTS_DEG, _POWERS)) * (1 - 0.8 * cloud)
    low = math.exp(-((max(height, 0.0) / 12) ** 2))
    warm = low * (1 - cloud) * (0.45 if height > -1 else -0.35)
    return Sunlight(
        elevation_deg=height,
        level=level,
        direct=(1 - cloud) * min(1.0, max(0.0, height / 6)),
        red=1 + warm - 0.04 * cloud,
        blue=1 - 0.8 * warm + 0.07 * cloud,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadows:
    """Shadows of things outside the frame; they wander with the sun."""

    field: Plane
    width_px: int
    lean: float

    def at(self, moment: datetime, sun: Sunlight, *, strength: float) -> Plane:
        """What share of the light each place gets, (height, width)."""
        hour = moment.hour + moment.minute / 60
        left = int((self.field.shape[1] - self.width_px) * hour / 24)
        shade = self.field[:, left : left + self.width_px]
        across = np.linspace(-1, 1, self.width_px, dtype=np.float32)
        slope = 1 + 0.2 * sun.direct * self.lean * math.cos(math.tau * hour / 24) * across
        lit: Plane = (1 - np.float32(strength * sun.direct) * shade) * slope.astype(np.float32)
        return lit


def cast_shadows(seed: int, *, height: int, width: int) -> Shadows:
    """Draw the shadows of one camera's surroundings: sharp-edged, in two sizes."""
    rng = draw(seed, "shadows")
    coarse = smooth_noise(rng, height=height, width=3 * width, cell_px=height / 3)
    fine = smooth_noise(rng, height=height, width=3 * width, cell_px=height / 14)
    field = np.clip((0.75 * coarse + 0.25 * fine - 0.52) * 14, 0, 1).astype(np.float32)
    return Shadows(field=field, width_px=width, lean=float(rng.uniform(-1, 1)))
