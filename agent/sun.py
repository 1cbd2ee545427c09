"""Where the sun stands over a site; astral is loaded when a site is known, and not before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the cameras of an agent are, WGS 84; a kilometre is near enough."""

    latitude_deg: float
    longitude_deg: float


def sun_elevation_deg(site: Site | None, at: datetime) -> float | None:
    """Degrees above the horizon, refraction included; None where the site is not known.

    Source: the NOAA solar calculator as astral implements it, good to 0.1 degree.
    """
    if site is None:
        return None
    from astral import Observer  # noqa: PLC0415 - 6 ms that an agent without a site saves
    from astral.sun import elevation  # noqa: PLC0415

    return float(elevation(Observer(site.latitude_deg, site.longitude_deg), at))
