"""Whether a computed sun agrees with what a camera saw: a wrong clock or longitude does not; pure.

A sign that is missed in the longitude, a clock that was never set, or one that shows local time as
UTC put the sun where the night is. The camera's own days and nights know better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from agent.camera.light import DAY_LUMA, GREY_SATURATION, NIGHT_LUMA
from shared.reading import Reading

DAY_DEG: Final = 3.0  # as ``PictureLevels.sun_day_deg``: whoever sees at all sees now
WELL_UP_DEG: Final = 10.0  # as ``PictureLevels.sun_high_deg``: no camera is grey by then
NIGHT_DEG: Final = -6.0  # end of civil twilight
_HOUR: Final = timedelta(hours=1)
_SPAN: Final = timedelta(hours=20)  # with a dark run behind it this is the second day
_LEAST_HOURS: Final = 4
_MOST_AGAINST: Final = 0.05
"""Of the hours of day; two hours of error make 8 %, a storm or a late switch to colour less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of a camera's pictures: bright and in colour, dark or grey, or between the two."""

    at: datetime
    is_day: bool
    is_night: bool


def hours_of(luma: Sequence[Reading], saturation: Sequence[Reading]) -> tuple[Hour, ...]:
    """The hours of these good readings, oldest first, by their medians."""
    colours = {reading.taken_at: reading.number() for reading in saturation}
    by_hour: dict[datetime, list[tuple[float, float]]] = {}
    for reading in luma:
        level, colour = reading.number(), colours.get(reading.taken_at)
        if level is not None and colour is not None:
            hour = reading.taken_at.replace(minute=30, second=0, microsecond=0)
            by_hour.setdefault(hour, []).append((level, colour))
    return tuple(_hour(at, by_hour[at]) for at in sorted(by_hour))


def _hour(at: datetime, seen: list[tuple[float, float]]) -> Hour:
    luma = median(level for level, _ in seen)
    saturation = median(colour for _, colour in seen)
    return Hour(
        at=at,
        is_day=luma >= DAY_LUMA and saturation >= GREY_SATURATION,
        is_night=luma < NIGHT_LUMA or saturation < GREY_SATURATION,
    )


def agrees(
    hours: Sequence[Hour], elevation_deg: Callable[[datetime], float], *, is_clock_certain: bool
) -> bool | None:
    """Whether the sun was up when this camera saw day; None while there is too little to know.

    The dark run of now is left out: it is what is to be judged. While the collector has not told
    the time, it counts too, and the nights must agree as well.

    A camera that never saw day without a sun may be late to switch to colour, which costs it an
    hour of a winter's day: against the sun it tells only where that is well up. One that did
    cannot be late, and a grey hour of low sun is then the sign of a wrong clock or longitude.
    """
    earlier = list(hours)
    while earlier and not earlier[-1].is_day:
        earlier.pop()
    sun = {hour.at: elevation_deg(hour.at) for hour in hours}
    by_day = [hour for hour in earlier if sun[hour.at] >= DAY_DEG]
    may_be_late = not any(hour.is_day and sun[hour.at] < 0 for hour in earlier)
    least = WELL_UP_DEG if may_be_late else DAY_DEG
    against = [hour.is_night for hour in by_day if sun[hour.at] >= least]
    if sum(against) > _MOST_AGAINST * len(against):
        return False
    known = sum(hour.is_day for hour in by_day) >= _LEAST_HOURS
    if not known or earlier[-1].at - earlier[0].at < _SPAN:
        return None
    if is_clock_certain:
        return True
    if hours[-1].is_night and sun[hours[-1].at] >= DAY_DEG:
        return False
    nights = sum(hour.is_night and sun[hour.at] <= NIGHT_DEG for hour in hours)
    return True if nights >= _LEAST_HOURS else None
