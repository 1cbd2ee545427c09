"""A device's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from agent.energy.solar_day import day_of


@pytest.mark.parametrize(
    ("at", "longitude_deg", "day"),
    [
        pytest.param("2026-06-01T23:30", None, "2026-06-01", id="UTC without a place"),
        pytest.param("2026-06-01T23:30", 15.0, "2026-06-02", id="an hour ahead in the east"),
        pytest.param("2026-06-01T00:30", -15.0, "2026-05-31", id="an hour behind in the west"),
        pytest.param("2026-06-01T15:59", 121.5, "2026-06-02", id="Taipei, just past midnight"),
    ],
)
def test_a_day_goes_from_midnight_to_midnight_by_the_sun(
    at: str, longitude_deg: float | None, day: str
) -> None:
    """A night's low falls into one day, whatever time zone the site keeps."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert day_of(moment, longitude_deg) == date.fromisoformat(day)
