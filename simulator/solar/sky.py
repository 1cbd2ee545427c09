"""Where the sun stands and what falls on a plane: vectors of moments in, vectors out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Series: TypeAlias = NDArray[np.float64]
"""One value a step of a life's grid."""

_J2000_S = 946_728_000.0  # 2000-01-01 12:00 UTC in seconds since 1970
_ALBEDO = 0.2  # of grass and soil
_SNOW_ALBEDO = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """Elevation above the horizon and azimuth clockwise from north, both in degrees."""

    elevation_deg: Series
    azimuth_deg: Series


def sun_at(seconds: Series, *, latitude_deg: float, longitude_deg: float) -> Sun:
    """The sun's place at UTC seconds since 1970, without refraction; good to about 0.02 degree.

    Source: the Astronomical Almanac's low-precision formulas as given by J. J. Michalsky, Solar
    Energy 40 (1988) 227. The agent asks astral instead, so that neither can copy the other.
    """
    n = (seconds - _J2000_S) / 86_400
    mean_longitude = 280.460 + 0.9856474 * n
    anomaly = np.radians(357.528 + 0.9856003 * n)
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 0.0000004 * n)
    ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    sidereal = np.radians(280.46062 + 360.98564737 * n + longitude_deg)
    hour_angle = sidereal - ascension
    latitude = np.radians(latitude_deg)
    elevation = np.arcsin(
        np.sin(latitude) * np.sin(declination)
        + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    )
    azimuth = np.arctan2(
        -np.sin(hour_angle),
        np.cos(latitude) * np.tan(declination) - np.sin(latitude) * np.cos(hour_angle),
    )
    return Sun(elevation_deg=np.degrees(elevation), azimuth_deg=np.degrees(azimuth) % 360)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """W/m2: the beam on a plane that faces the sun, and what the whole sky gives the ground."""

    beam: Series
    diffuse: Series


def light_under(sun: Sun, cloud: Series) -> Light:
    """Irradiance under ``cloud`` (0..1 of the sky).

    Clear sky by B. Haurwitz, J. Meteorology 2 (1945) 154: 1098 cos z exp(-0.057 / cos z); clouds
    and the share of diffuse light by F. Kasten and G. Czeplak, Solar Energy 24 (1980) 177:
    1 - 0.75 N^3.4 and 0.3 + 0.7 N^2.
    """
    height = np.maximum(np.sin(np.radians(sun.elevation_deg)), 0.0)
    safe = np.maximum(height, 0.01)
    clear = np.where(height > 0.01, 1098 * safe * np.exp(-0.057 / safe), 0.0)
    horizontal = clear * (1 - 0.75 * cloud**3.4)
    diffuse = horizontal * (0.3 + 0.7 * cloud**2)
    beam = np.minimum((horizontal - diffuse) / np.maximum(safe, 0.05), 1000.0)
    return Light(beam=beam, diffuse=diffuse)


def on_plane(
    light: Light,
    sun: Sun,
    *,
    tilt_deg: float,
    azimuth_deg: float,
    beam_share: Series | float = 1.0,
    sky_share: float = 1.0,
    snowy: Series | float = 0.0,
) -> Series:
    """W/m2 on a tilted plane, isotropic sky (B. Liu and R. Jordan, Solar Energy 4 (1960) 1).

    ``beam_share`` and ``sky_share``: what obstacles leave of the beam and of the sky; ``snowy``:
    how white the ground is, 0..1.
    """
    elevation, tilt = np.radians(sun.elevation_deg), np.radians(tilt_deg)
    facing = np.sin(elevation) * np.cos(tilt) + np.cos(elevation) * np.sin(tilt) * np.cos(
        np.radians(sun.azimuth_deg - azimuth_deg)
    )
    direct = light.beam * np.maximum(facing, 0.0) * beam_share
    sky = light.diffuse * (1 + np.cos(tilt)) / 2 * sky_share
    horizontal = light.diffuse + light.beam * np.maximum(np.sin(elevation), 0.0)
    albedo = _ALBEDO + (_SNOW_ALBEDO - _ALBEDO) * snowy
    ground = horizontal * albedo * (1 - np.cos(tilt)) / 2 * sky_share
    whole: Series = np.where(sun.elevation_deg > 0, direct + sky + ground, 0.0)
    return whole
