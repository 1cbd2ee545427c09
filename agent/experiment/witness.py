"""What is known besides the pictures of a test: the sun, the nights, the owner's word; pure."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.experiment.earlier import Earlier, TestMemory
from shared.reading import Reading

SUN_DEG: Final = 10.0  # well above the horizon
NIGHT_DEG: Final = -6.0  # end of civil twilight
_SOLAR_MW: Final = 100.0  # as ``Levels.daylight_mw``: the device's own panel
_SOLAR_AGE: Final = timedelta(minutes=45)
_SAME_SEASON: Final = timedelta(days=45)
_SAME_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_NIGHTS: Final = timedelta(hours=60)
_NIGHT_LUMA: Final = 40.0
_GREY: Final = 4.0
_DARK_PICTURES: Final = 6  # at one in ten minutes an hour of darkness


class Nights(enum.Enum):
    """What the last nights looked like."""

    LIT = "lit"  # grey and lit: the filter was out
    DARK = "dark"  # the lamp lit nothing
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Everything that excludes another explanation; what is not known excludes nothing."""

    sun: bool = False  # certain: there is infrared in the light
    night: bool = False  # certain: there is no daylight
    nights: Nights = Nights.UNKNOWN
    was_lit: bool = False  # infrared nights of this device were once lit: its filter came out
    was_natural: bool = False  # daylight pictures of this device were once natural
    filter_fitted: bool | None = None  # the owner's word; None when there is none
    earlier: Earlier | None = None  # the last test in which the filter moved, same firmware
    went_dark: bool = False  # a night test, same firmware: commanded in, the lamp lit nothing


def is_sun_certain(
    *,
    now: datetime,
    is_outdoor: bool,
    sun_elevation_deg: float | None,
    solar: Reading | None,
    earlier: Earlier | None,
) -> bool:
    """Whether daylight with infrared certainly falls on what the camera sees.

    The device's own panel gives power; or the owner says outdoors and the sun is well up; or the
    filter was seen to make a difference here with the sun no higher, or, where the site is not
    known, at this hour of the day in this season.
    """
    if solar is not None and timedelta(0) <= now - solar.taken_at <= _SOLAR_AGE:
        power_mw = solar.number()
        if power_mw is not None and power_mw >= _SOLAR_MW:
            return True
    if sun_elevation_deg is not None:
        if is_outdoor and sun_elevation_deg >= SUN_DEG:
            return True
        seen = None if earlier is None else earlier.sun_elevation_deg
        return seen is not None and sun_elevation_deg >= max(seen, SUN_DEG)
    if earlier is None or not timedelta(0) <= now - earlier.at <= _SAME_SEASON:
        return False
    apart = (now - earlier.at) % _DAY
    return min(apart, _DAY - apart) <= _SAME_HOUR


def nights_of(luma: Sequence[Reading], saturation: Sequence[Reading], *, now: datetime) -> Nights:
    """What recent nights showed, from ``picture.luma_mean`` and ``picture.saturation_mean``.

    One grey and lit picture is enough to know that the filter comes out.
    """
    colours = {reading.taken_at: reading.number() for reading in saturation}
    dark = 0
    for reading in luma:
        level, colour = reading.number(), colours.get(reading.taken_at)
        if level is None or colour is None or not timedelta(0) <= now - reading.taken_at <= _NIGHTS:
            continue
        if level >= _NIGHT_LUMA and colour < _GREY:
            return Nights.LIT
        dark += level < _NIGHT_LUMA
    return Nights.DARK if dark >= _DARK_PICTURES else Nights.UNKNOWN


def earlier_of(memory: TestMemory, *, firmware: str) -> Earlier | None:
    """The test in which the filter moved; None after a change of firmware, which may not obey."""
    moved = memory.moved
    return moved if moved is not None and moved.firmware == firmware else None


def went_dark(memory: TestMemory, *, firmware: str) -> bool:
    """Whether this firmware once darkened a night picture by order."""
    return memory.dark_at is not None and memory.dark_firmware == firmware
