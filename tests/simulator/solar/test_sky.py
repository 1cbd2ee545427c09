"""The sun and the light of the simulated lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from astral import Observer
from astral.sun import azimuth, elevation

from simulator.solar.climate import Place, weather_at
from simulator.solar.grid import STEPS_A_DAY, Grid
from simulator.solar.panel import Obstacle, Panel, yield_of
from simulator.solar.sky import light_under, on_plane, sun_at

_SUMMER, _WINTER = datetime(2026, 6, 11, tzinfo=UTC), datetime(2026, 12, 11, tzinfo=UTC)


@pytest.mark.parametrize("latitude", [65.0, 31.2, 5.0, -33.9, -55.0])
def test_sun_agrees_with_astral(latitude: float) -> None:
    """The Almanac's formulas and astral's NOAA ones place the sun within a tenth of a degree."""
    moments = [datetime(2026, 1, 3, 1, tzinfo=UTC) + timedelta(hours=71 * k) for k in range(120)]
    seconds = np.array([one.timestamp() for one in moments])
    ours = sun_at(seconds, latitude_deg=latitude, longitude_deg=-71.3)
    observer = Observer(latitude=latitude, longitude=-71.3)
    for index, at in enumerate(moments):
        theirs = elevation(observer, at, with_refraction=False)
        assert ours.elevation_deg[index] == pytest.approx(theirs, abs=0.1)
        if abs(theirs) < 80:
            away = (ours.azimuth_deg[index] - azimuth(observer, at) + 180) % 360 - 180
            assert abs(away) < 0.5


def test_no_light_at_night_and_no_more_than_the_sun_gives() -> None:
    """Below the horizon a plane gets nothing; by day never more than the solar constant."""
    grid = Grid(start=_SUMMER, days=3)
    sun = sun_at(grid.seconds, latitude_deg=48, longitude_deg=11)
    light = light_under(sun, np.zeros(grid.steps))
    plane = on_plane(light, sun, tilt_deg=40, azimuth_deg=180)
    assert not plane[sun.elevation_deg <= 0].any()
    assert 700 < plane.max() < 1361


def test_clouds_take_three_quarters_of_the_light_and_all_of_the_beam() -> None:
    """Under a closed sky a quarter is left (Kasten and Czeplak), and it casts no shadow."""
    sun = sun_at(
        np.array([datetime(2026, 6, 21, 12, tzinfo=UTC).timestamp()]),
        latitude_deg=50,
        longitude_deg=0,
    )
    clear, closed = light_under(sun, np.zeros(1)), light_under(sun, np.ones(1))
    ground = clear.diffuse + clear.beam * np.sin(np.radians(sun.elevation_deg))
    assert closed.diffuse[0] / ground[0] == pytest.approx(0.25, abs=0.01)
    assert closed.beam[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("latitude", [10.0, 35.0, 60.0])
def test_hemispheres_mirror_each_other_half_a_year_apart(latitude: float) -> None:
    """A panel in the north in June gets what one in the south gets in December."""

    def energy(latitude_deg: float, start: datetime, faces: float) -> float:
        grid = Grid(start=start, days=20)
        sun = sun_at(grid.seconds, latitude_deg=latitude_deg, longitude_deg=0)
        light = light_under(sun, np.full(grid.steps, 0.3))
        return float(on_plane(light, sun, tilt_deg=latitude, azimuth_deg=faces).sum())

    north, south = energy(latitude, _SUMMER, 180), energy(-latitude, _WINTER, 0)
    assert north == pytest.approx(south, rel=0.02)


def test_the_cameras_of_a_site_see_the_same_weather() -> None:
    """Daily yields of two panels of a site go together; those of two sites do not."""
    grid = Grid(start=_SUMMER, days=60)
    place = Place(latitude_deg=47, longitude_deg=8, cloudiness=0.5)
    here, elsewhere = weather_at(place, grid, 1), weather_at(place, grid, 2)
    one = Panel(peak_w=4, tilt_deg=40, azimuth_deg=165)
    other = Panel(peak_w=6, tilt_deg=55, azimuth_deg=200)

    def days(panel: Panel, weather: object) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        watts = yield_of(panel, weather).clean_w  # type: ignore[arg-type]
        return watts.reshape(-1, STEPS_A_DAY).sum(axis=1)

    assert np.corrcoef(days(one, here), days(other, here))[0, 1] > 0.9
    assert abs(np.corrcoef(days(one, here), days(one, elsewhere))[0, 1]) < 0.5


def test_an_obstacle_that_only_a_low_sun_meets_costs_winter_more_than_summer() -> None:
    """A house in the south of 15 degrees shades December, not June."""
    place = Place(latitude_deg=50, longitude_deg=8, cloudiness=0.3)
    house = Obstacle(azimuth_deg=180, half_width_deg=60, height_deg=15)
    lost = {}
    for season in (_SUMMER, _WINTER):
        weather = weather_at(place, Grid(start=season, days=20), 1)
        free = Panel(peak_w=5, tilt_deg=50, azimuth_deg=180)
        got = yield_of(free, weather, late=house)
        lost[season] = got.shade_w.sum() / got.clean_w.sum()
    assert lost[_WINTER] > 0.3
    assert lost[_SUMMER] < 0.15


def test_snow_covers_a_panel_and_thaws() -> None:
    """After snow a flat panel gives nothing; when the air is warm again, all that it did."""
    place = Place(latitude_deg=46, longitude_deg=8, cloudiness=0.6, warmer_k=-1)
    weather = weather_at(place, Grid(start=datetime(2026, 1, 5, tzinfo=UTC), days=110), 5)
    got = yield_of(Panel(peak_w=5, tilt_deg=12, azimuth_deg=180), weather)
    days = got.snow_w.reshape(-1, STEPS_A_DAY).sum(axis=1)
    whole = (got.given_w + got.snow_w).reshape(-1, STEPS_A_DAY).sum(axis=1)
    assert (days > 0.9 * whole).any()
    assert days[-10:].sum() == 0
