"""The weather of a site as its own cameras saw it: temperatures, misty mornings, sunshine.

Read-only, from the roll-ups by hour. A camera's own temperature is several degrees above the
air's, so that frost is understated. One camera is no witness of the sky: what only fewer than two
tell of is not known, and says so by None.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from collector.claims.origin.facts import SiteWeather
from collector.store import hourly, positions
from collector.store.hourly import HourAt

DAYS: Final = 30
MOST_CAMERAS: Final = 6  # each costs a look at every day
WITNESSES: Final = 2
_TEMPERATURES: Final = ("battery.temperature", "device.temperature")
_SUN: Final = "solar.power"
_CLEARNESS: Final = "picture.local_contrast"
_MORNING: Final = range(4, 10)  # local hours; condensation goes as the sun warms the dome
_HALF: Final = 0.5
_LEAST_DAYS: Final = 10  # for what is usual
FREEZING_C: Final = 0.0

Days: TypeAlias = Mapping[date, float]


def look(
    db: Connection,
    *,
    site_id: str,
    position_id: int,
    zone: str,
    until: datetime,
    of_site: bool = True,
) -> SiteWeather:
    """The 30 days up to ``until``; ``of_site`` False: only what the device says of itself."""
    since = until - timedelta(days=DAYS)

    def hours(of: int, name: str) -> Sequence[HourAt]:
        return hourly.hourly(db, of, name, since=since, until=until)

    own = _temperatures(hours, position_id)
    low = min((one.hour.low for one in own), default=None)
    high = max((one.hour.high for one in own), default=None)
    if not of_site:
        return SiteWeather(days=DAYS, own_low_c=low, own_high_c=high)
    clock = _clock(zone)
    mates = [
        one
        for one in positions.of_site(db, site_id=site_id, limit=MOST_CAMERAS + 1)
        if one != position_id
    ][:MOST_CAMERAS]
    cold = [_by_day(own, clock, lambda hour: hour.hour.low, min)]
    cold += [
        _by_day(_temperatures(hours, mate), clock, lambda hour: hour.hour.low, min)
        for mate in mates
    ]
    lows = _medians([one for one in cold if one])
    sun = [_sunshine(hours(one, _SUN), clock) for one in (position_id, *mates)]
    veils = {one: _veiled(hours(one, _CLEARNESS), clock) for one in (position_id, *mates)}
    shared, alone = _mornings(veils, position_id)
    return SiteWeather(
        days=DAYS,
        own_low_c=low,
        own_high_c=high,
        site_low_c=min(lows.values()) if lows else None,
        frost_days=sum(value <= FREEZING_C for value in lows.values()) if lows else None,
        dull_days=_dull([one for one in sun if one]),
        misty_mornings=shared,
        own_misty_mornings=alone,
    )


def _temperatures(hours: Callable[[int, str], Sequence[HourAt]], of: int) -> Sequence[HourAt]:
    """The first of the names that this device tells."""
    for name in _TEMPERATURES:
        if told := hours(of, name):
            return told
    return ()


def _clock(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _by_day(
    told: Iterable[HourAt],
    clock: ZoneInfo,
    value: Callable[[HourAt], float],
    fold: Callable[[list[float]], float],
) -> Days:
    days: dict[date, list[float]] = defaultdict(list)
    for one in told:
        days[one.at.astimezone(clock).date()].append(value(one))
    return {day: fold(values) for day, values in days.items()}


def _medians(cameras: Sequence[Days]) -> Days:
    """The cameras' median on each day of which enough of them tell."""
    days: dict[date, list[float]] = defaultdict(list)
    for one in cameras:
        for day, value in one.items():
            days[day].append(value)
    return {day: median(values) for day, values in days.items() if len(values) >= WITNESSES}


def _sunshine(told: Sequence[HourAt], clock: ZoneInfo) -> Days:
    """What a panel gave a day, in shares of its usual; {} while too few days say what is usual."""
    days = _by_day(told, clock, lambda hour: hour.hour.mean, sum)
    usual = median(days.values()) if len(days) >= _LEAST_DAYS else 0.0
    return {day: value / usual for day, value in days.items()} if usual > 0 else {}


def _dull(panels: Sequence[Days]) -> int | None:
    """Days on which every panel that tells gave less than half; None for too few panels."""
    if len(panels) < WITNESSES:
        return None
    days: dict[date, list[float]] = defaultdict(list)
    for panel in panels:
        for day, share in panel.items():
            days[day].append(share)
    return sum(len(shares) >= WITNESSES and max(shares) < _HALF for shares in days.values())


def _veiled(told: Sequence[HourAt], clock: ZoneInfo) -> Mapping[date, bool]:
    """By morning, whether contrast fell under half of what is usual here in the morning."""
    mornings = [one for one in told if one.at.astimezone(clock).hour in _MORNING]
    days = _by_day(mornings, clock, lambda hour: hour.hour.low, min)
    if len(days) < _LEAST_DAYS:
        return {}
    usual = median(days.values())
    return {day: value < _HALF * usual for day, value in days.items()}


def _mornings(veils: Mapping[int, Mapping[date, bool]], own: int) -> tuple[int | None, int | None]:
    """Mornings veiled here and elsewhere, and here alone; None where no other camera tells."""
    others = [veiled for of, veiled in veils.items() if of != own and veiled]
    mine = veils[own]
    if not mine or not others:
        return None, None
    shared = alone = 0
    for day, is_veiled in mine.items():
        told = [veiled[day] for veiled in others if day in veiled]
        if is_veiled and told:
            shared += any(told)
            alone += not any(told)
    return shared, alone
