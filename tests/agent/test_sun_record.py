"""Which hours of a camera speak against a computed sun."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.sun import Site, sun_elevation_deg
from agent.sun_record import Hour, agrees

DECEMBER = datetime(2026, 12, 20, 11, 30, tzinfo=UTC)
LATITUDES = (31.0, 47.0, 55.0)


def record(latitude_deg: float, colour_deg: float, *, error_h: float = 0.0) -> bool | None:
    """Of a camera that is in colour from so high a sun on; the computed one is so wrong."""
    site = Site(latitude_deg=latitude_deg, longitude_deg=10.0)

    def elevation_deg(at: datetime) -> float:
        elevation = sun_elevation_deg(site, at)
        assert elevation is not None
        return elevation

    hours = []
    for back in range(80, -1, -1):
        at = DECEMBER - timedelta(hours=back)
        is_day = elevation_deg(at) >= colour_deg
        hours.append(Hour(at=at, is_day=is_day, is_night=not is_day))
    shift = timedelta(hours=error_h)
    return agrees(hours, lambda at: elevation_deg(at + shift), is_clock_certain=True)


@pytest.mark.parametrize("latitude_deg", LATITUDES)
@pytest.mark.parametrize("colour_deg", [-4.0, 0.0, 3.0, 4.0, 5.0, 6.0])
def test_a_late_switch_to_colour_does_not_deny_the_sun(
    latitude_deg: float, colour_deg: float
) -> None:
    """An hour of a winter's day is grey in a camera that waits for more light."""
    assert record(latitude_deg, colour_deg) is True


@pytest.mark.parametrize("latitude_deg", LATITUDES)
@pytest.mark.parametrize("colour_deg", [-4.0, 0.0, 4.0])
@pytest.mark.parametrize("error_h", [-8.0, -2.0, 2.0, 8.0, 12.0])
def test_a_sun_that_is_hours_off_is_denied(
    latitude_deg: float, colour_deg: float, error_h: float
) -> None:
    """Where one side of the day is grey by a low sun, the other has colour without any."""
    assert record(latitude_deg, colour_deg, error_h=error_h) is False
