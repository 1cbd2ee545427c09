"""The strips of a device page: which readings stand together, their numbers, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from sqlalchemy import Connection

from collector.store import history, hourly
from collector.store import presence as heard
from collector.store.history import Point
from collector.store.views.device_file import LatestReading
from collector.telemetry.hour import Hours
from collector.telemetry.lanes import Drawn, Grid, draw_lanes
from collector.telemetry.samples import HOUR_S, second_of

SPANS: Final = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
_SLOTS: Final = {"24h": 288, "7d": 336, "30d": 360}  # of 5 min, 30 min, 2 h
_GAP: Final = 3.0  # times the usual distance of two readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A strip of numbers: on each axis the first of these readings of which there are any."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...] = ()


PANELS: Final = (
    Panel(
        name="power",
        left=("battery.charge", "battery.voltage"),
        right=("solar.power", "solar.voltage", "battery.current"),
    ),
    Panel(
        name="signal",
        left=("cellular.rsrp", "wifi.rssi", "cellular.rssi"),
        right=("cellular.sinr", "cellular.rsrq"),
    ),
    Panel(
        name="temperature",
        left=("battery.temperature", "device.temperature", "host.temperature"),
        right=("cellular.temperature",),
    ),
)
READINGS: Final = tuple(name for panel in PANELS for name in (*panel.left, *panel.right))


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The numbers of one reading: means, and lows and highs where an hour is summed up.

    None between two places that lie too far apart to be joined.
    """

    name: str
    unit: str
    at_s: tuple[int, ...]
    mean: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A reading without a number in the span, and the word for why."""

    name: str
    why: str  # a key of the texts strip.why.*
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A panel with what there is; without series it is only told why."""

    name: str
    left: Series | None
    right: Series | None
    missing: tuple[Missing, ...]
    latest: tuple[LatestReading, ...]  # of what it shows, or would show


def read_lanes(db: Connection, position_id: int, *, span: str, now: datetime) -> tuple[Drawn, ...]:
    """The lanes of checks in a span that ends now."""
    since = now - SPANS[span]
    return draw_lanes(
        heard.presence(db, position_id, since=since, until=now),
        heard.faults(db, position_id, since=since, until=now),
        grid_of(span, now),
        now_s=second_of(now),
    )


def grid_of(span: str, now: datetime) -> Grid:
    """The slots of a span that ends now."""
    slots, length_s = _SLOTS[span], int(SPANS[span].total_seconds())
    return Grid(since_s=second_of(now) - length_s, slot_s=length_s // slots, slots=slots)


def read_strips(
    db: Connection,
    position_id: int,
    latest: Mapping[str, LatestReading],
    *,
    span: str,
    now: datetime,
) -> tuple[Strip, ...]:
    """The strips of a span that ends now; ``latest`` is the last reading of each name."""
    since = now - SPANS[span]
    found = _points if span == "24h" else _hours
    series = found(db, position_id, since, now)
    units = {name: reading.unit for name, reading in latest.items()}
    return tuple(_strip(panel, series, units, latest) for panel in PANELS)


def _strip(
    panel: Panel,
    series: Mapping[str, Series],
    units: Mapping[str, str],
    latest: Mapping[str, LatestReading],
) -> Strip:
    left, right = (_first(names, series, units) for names in (panel.left, panel.right))
    shown = {one.name for one in (left, right) if one is not None}
    wanted = (
        *(() if left else panel.left[:1]),
        *(() if right else panel.right[:1]),
    )
    wanted = tuple(_told(name, panel, latest) for name in wanted)
    names = [one.name for one in (left, right) if one is not None] + list(wanted)
    return Strip(
        name=panel.name,
        left=left,
        right=right,
        missing=tuple(_missing(name, latest) for name in wanted if name not in shown),
        latest=tuple(latest[name] for name in dict.fromkeys(names) if name in latest),
    )


def _told(name: str, panel: Panel, latest: Mapping[str, LatestReading]) -> str:
    """Of an axis without numbers, the reading that the device was ever asked for."""
    names = panel.left if name in panel.left else panel.right
    return next((one for one in names if one in latest), name)


def _first(
    names: Sequence[str], series: Mapping[str, Series], units: Mapping[str, str]
) -> Series | None:
    for name in names:
        if (found := series.get(name)) is not None and found.at_s:
            return Series(
                name=name,
                unit=units.get(name, ""),
                at_s=found.at_s,
                mean=found.mean,
                low=found.low,
                high=found.high,
            )
    return None


def _missing(name: str, latest: Mapping[str, LatestReading]) -> Missing:
    reading = latest.get(name)
    if reading is None:
        return Missing(name=name, why="never")
    if reading.quality == "good":
        return Missing(name=name, why="older")
    return Missing(name=name, why=reading.quality, detail=reading.detail)


def _points(
    db: Connection, position_id: int, since: datetime, until: datetime
) -> dict[str, Series]:
    found = history.points_of(db, position_id, READINGS, since=since, until=until)
    return {name: _of_points(name, points) for name, points in found.items()}


def _hours(db: Connection, position_id: int, since: datetime, until: datetime) -> dict[str, Series]:
    found = hourly.hourly_of(db, position_id, READINGS, since=since, until=until)
    return {name: _of_hours(name, hours) for name, hours in found.items()}


def _of_points(name: str, points: Sequence[Point]) -> Series:
    at_s = [second_of(point.at) for point in points]
    gaps = [b - a for a, b in pairwise(at_s)]
    places, numbers = _broken(at_s, gap_s=_GAP * median(gaps) if gaps else 0.0)
    means = [points[number].number if number is not None else None for number in numbers]
    return Series(name=name, unit="", at_s=tuple(places), mean=tuple(means))


def _of_hours(name: str, hours: Hours) -> Series:
    """In the middle of each hour; joined only to the hour after it.

    A camera that is visited every few hours is joined as its single readings are: an hour that
    nothing joins is not drawn at all.
    """
    at_s = [hour * HOUR_S + HOUR_S // 2 for hour in hours.hours]
    usual_s = median(b - a for a, b in pairwise(at_s)) if len(at_s) > 1 else 0.0
    places, numbers = _broken(at_s, gap_s=HOUR_S if usual_s <= HOUR_S else _GAP * usual_s)
    return Series(
        name=name,
        unit="",
        at_s=tuple(places),
        mean=_at(numbers, list(map(_short, hours.mean))),
        low=_at(numbers, hours.low),
        high=_at(numbers, hours.high),
    )


def _broken(at_s: Sequence[int], *, gap_s: float) -> tuple[list[int], list[int | None]]:
    """The places with one more in the middle of each gap that is too long, which has no number."""
    places: list[int] = []
    numbers: list[int | None] = []
    for number, second in enumerate(at_s):
        if places and second - at_s[number - 1] > gap_s:
            places.append((second + at_s[number - 1]) // 2)
            numbers.append(None)
        places.append(second)
        numbers.append(number)
    return places, numbers


def _at(numbers: Sequence[int | None], values: Sequence[float]) -> tuple[float | None, ...]:
    return tuple([None if number is None else values[number] for number in numbers])


def _short(mean: float) -> float:
    """Six digits are more than a plot shows, and a third of the bytes."""
    return float(f"{mean:.6g}")
