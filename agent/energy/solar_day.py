"""A device's own day: from midnight to midnight by the sun, so that a night's low is in one day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from shared.moment import to_utc

_DEG_PER_HOUR: Final = 15.0
"""The sun's mean way in an hour: 360 degrees in 24 h. The equation of time (16 min) is left out."""


def day_of(at: datetime, longitude_deg: float | None) -> date:
    """The mean solar day of a moment at a longitude, east positive; the UTC day without one.

    Source: mean solar time is UTC + longitude / 15 h; a time zone or its summer time does not
    move a day.
    """
    shift = timedelta(hours=(longitude_deg or 0.0) / _DEG_PER_HOUR)
    return (to_utc(at) + shift).date()
