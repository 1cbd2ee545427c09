"""Simple solar cameras for tests: a battery, a panel and a sky, from visit to folded day."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from agent.energy.day import EnergyDay
from agent.energy.folding import carried, closed, fold
from agent.energy.solar_day import day_of
from agent.energy.view import EnergyView
from agent.sun import Site, sun_elevation_deg
from shared.reading import Quality, Reading

MADRID = Site(latitude_deg=40.0, longitude_deg=0.0)
SPRING = date(2026, 4, 1)
STEP = timedelta(hours=1)
CELL_MV = 3700.0


@dataclass(frozen=True, kw_only=True)
class Sky:
    """The weather of a site: what the clouds let through, and its temperature."""

    site: Site = MADRID
    begin: date = SPRING
    days: int = 30
    clear: Callable[[int], float] = lambda day: (0.9, 0.5, 0.8, 0.3, 0.95)[day % 5]
    mean_c: Callable[[int], float] = lambda _: 15.0
    is_known: bool = True  # the owner wrote down where it is

    def moments(self) -> Iterator[tuple[datetime, int]]:
        """Every hour of the days, with the number of the day."""
        at = datetime(self.begin.year, self.begin.month, self.begin.day, tzinfo=UTC)
        for step in range(self.days * 24):
            yield at + STEP * step, step // 24

    def temperature_c(self, at: datetime, day: int) -> float:
        """Five degrees up and down, warmest at three in the afternoon."""
        hour = at.hour + at.minute / 60 + self.site.longitude_deg / 15
        return self.mean_c(day) + 5 * math.cos((hour - 15) / 24 * 2 * math.pi)


@lru_cache(maxsize=40_000)
def elevation_deg(latitude_deg: float, longitude_deg: float, at: datetime) -> float:
    """The sun's, looked up once a site."""
    found = sun_elevation_deg(Site(latitude_deg=latitude_deg, longitude_deg=longitude_deg), at)
    assert found is not None
    return found


@dataclass(frozen=True, kw_only=True)
class Cam:
    """A camera; what a fault changes is a function of the day's number."""

    capacity_mah: Callable[[int], float] = lambda _: 9000.0
    panel_mw: Callable[[int], float] = lambda _: 6000.0
    use_ma: Callable[[int], float] = lambda _: 25.0
    takes: Callable[[int], bool] = lambda _: True  # the battery takes charge
    gauge: Callable[[int, float], float | None] = lambda _, charge: float(round(charge))
    names: Sequence[str] = ("charge",)
    source: str = ""
    start: float = 90.0
    seen: Callable[[datetime], bool] = lambda _: True  # visited
    shown_ma: Callable[[float], float] = lambda net: net  # of the current into the battery
    says: Callable[[int, float], bool] = lambda _, net: net > 0  # that it charges


ALL = ("charge", "voltage", "current", "temperature", "charging", "power")


def cell_mv(charge: float) -> float:
    """The voltage of a cell, in a straight line."""
    return 3300.0 + 8.5 * charge


def visits(cam: Cam, sky: Sky) -> Iterator[tuple[datetime, float, dict[str, Reading]]]:
    """Moment, sun and readings of each visit."""
    mah = cam.start / 100 * cam.capacity_mah(0)
    for at, day in sky.moments():
        deg = elevation_deg(sky.site.latitude_deg, sky.site.longitude_deg, at)
        capacity, warmth = cam.capacity_mah(day), sky.temperature_c(at, day)
        light = max(0.0, math.sin(math.radians(deg))) * sky.clear(day)
        power = cam.panel_mw(day) * light
        can = cam.takes(day) and warmth > 0 and mah < capacity
        into = power / CELL_MV * 1000 * 0.85 if can else 0.0
        used = cam.use_ma(day) * (1.4 if deg < 0 else 1.0)
        hours = STEP.total_seconds() / 3600
        after = min(capacity, max(0.0, mah + (into - used) * hours))
        net = (after - mah) / hours
        mah = after
        if cam.seen(at):
            charge = cam.gauge(day, 100 * mah / capacity)
            yield (
                at + STEP,
                elevation_deg(sky.site.latitude_deg, sky.site.longitude_deg, at + STEP),
                _readings(
                    cam,
                    at + STEP,
                    charge,
                    net=net,
                    power=power,
                    warmth=warmth,
                    is_charging=cam.says(day, net),
                ),
            )


def _readings(
    cam: Cam,
    at: datetime,
    charge: float | None,
    *,
    net: float,
    power: float,
    warmth: float,
    is_charging: bool,
) -> dict[str, Reading]:
    values: dict[str, tuple[str, float | bool | str | None, str]] = {
        "charge": ("battery.charge", charge, "%"),
        "voltage": ("battery.voltage", cell_mv(charge or 0.0), "mV"),
        "current": ("battery.current", cam.shown_ma(net), "mA"),
        "temperature": ("battery.temperature", warmth, "°C"),
        "charging": ("battery.charging", is_charging, ""),
        "power": ("solar.power", power, "mW"),
    }
    named = [values[name] for name in cam.names]
    if cam.source:
        named.append(("battery.source", cam.source, ""))
    return {
        name: Reading(name, value, unit, at, Quality.GOOD if value is not None else Quality.UNKNOWN)
        for name, value, unit in named
    }


@cache
def days_of(cam: Cam, sky: Sky) -> dict[date, EnergyDay]:
    """Its closed days."""
    days: dict[date, EnergyDay] = {}
    on: date | None = None
    day = EnergyDay()
    for at, deg, readings in visits(cam, sky):
        today = day_of(at, sky.site.longitude_deg)
        if on is not None and today != on:
            days[on], day = closed(day), carried(day)
        on, day = today, fold(day, readings, at, sun_deg=deg if sky.is_known else None)
    return days


def view_of(
    cam: Cam, sky: Sky, siblings: Mapping[str, Cam] | None = None, *, upto: int | None = None
) -> EnergyView:
    """What its rules look at when day number ``upto`` closes; the last one by default."""
    days = days_of(cam, sky)
    day = list(days)[-1 if upto is None else upto]
    theirs = {name: days_of(mate, sky) for name, mate in (siblings or {}).items()}
    return EnergyView(
        day=day,
        days=_upto(days, day),
        siblings={name: _upto(one, day) for name, one in theirs.items()},
        latitude_deg=sky.site.latitude_deg if sky.is_known else None,
        longitude_deg=sky.site.longitude_deg if sky.is_known else None,
    )


def _upto(days: Mapping[date, EnergyDay], last: date) -> dict[date, EnergyDay]:
    return {day: one for day, one in days.items() if day <= last}


MATES = {
    "pump": Cam(capacity_mah=lambda _: 12000.0, use_ma=lambda _: 22.0, start=85.0),
    "barn": Cam(panel_mw=lambda _: 8000.0, use_ma=lambda _: 28.0),
    "pond": replace(Cam(), start=75.0),
}
