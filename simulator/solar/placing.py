"""Where and when a story happens: latitude, season, weather and cells that make it possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from simulator.solar.camera import Cells
from simulator.solar.climate import Place
from simulator.solar.grid import Grid
from simulator.solar.truth import PANEL_SIDE, SEASONAL, Truth

_YEAR_START: Final = datetime(2025, 1, 1, tzinfo=UTC)


def _first_day(story: Truth, chance: np.random.Generator) -> datetime:
    """Any day of two years; winter for what only a winter does (turned in the south)."""
    day = int(chance.integers(0, 700))
    if story in SEASONAL:
        day = int(chance.choice([0, 365])) + int(chance.integers(295, 330))
    elif story in PANEL_SIDE:
        day = int(chance.choice([0, 365])) + int(chance.integers(30, 200))
    elif story is Truth.OVER_USE:
        day = (
            int(chance.choice([0, 365])) + int(chance.choice([20, 220])) + int(chance.integers(30))
        )
    return _YEAR_START + timedelta(days=day)


def place_of(story: Truth, chance: np.random.Generator, *, days: int) -> tuple[Place, Grid]:
    """A site for this story, and the days that it is lived."""
    start = _first_day(story, chance)
    latitude = float(chance.uniform(5, 58))
    cloudiness = float(chance.uniform(0.3, 0.62))
    continental, warmer = float(chance.uniform(0.6, 1.3)), 0.0
    if story is Truth.COLD:
        latitude, cloudiness = float(chance.uniform(44, 51)), float(chance.uniform(0.3, 0.42))
        continental, warmer = 1.5, -3.0
    elif story is Truth.LOW_SUN:
        latitude, cloudiness = float(chance.uniform(58, 64)), float(chance.uniform(0.65, 0.75))
        continental, warmer = 0.4, 5.0
    elif story is Truth.SNOW:
        latitude, cloudiness = float(chance.uniform(43, 50)), float(chance.uniform(0.5, 0.6))
        continental, warmer = 0.9, -1.0
    elif story in PANEL_SIDE:
        latitude = float(chance.uniform(5, 50))
    elif story is Truth.OVER_USE:
        latitude, cloudiness = float(chance.uniform(40, 50)), float(chance.uniform(0.5, 0.6))
    south = bool(chance.random() < 0.35)
    if south and latitude > 20:
        start -= timedelta(days=183)  # the seasons above are the north's
    gloom = None
    if chance.random() < 0.3:
        first = int(chance.integers(35, 75))
        gloom = (first, first + int(chance.integers(5, 10)))
    place = Place(
        latitude_deg=round(-latitude if south else latitude, 3),
        longitude_deg=round(float(chance.uniform(-120, 150)), 3),
        cloudiness=cloudiness,
        continentality=continental,
        warmer_k=warmer,
        gloom=gloom,
    )
    return place, Grid(start=start, days=days)


def cells_of(chance: np.random.Generator, *, several: bool) -> Cells:
    """The cells there; ``several``: a second one on another band, much weaker."""
    near = float(chance.uniform(-98, -80))
    other = near - float(chance.uniform(12, 18) if several else chance.uniform(2, 10))
    if not several and chance.random() < 0.4:
        return Cells(rsrp_dbm=(near,), load=(float(chance.uniform(0.2, 0.7)),))
    return Cells(
        rsrp_dbm=(near, other),
        load=(float(chance.uniform(0.2, 0.7)), float(chance.uniform(0.2, 0.7))),
        names=("1A2B01", "1A2B02"),
        bands=("B3", "B7" if several else "B3"),
    )
