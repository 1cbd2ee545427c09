"""The trend of a device's reading: which, over which span, as a plot and as its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup
from sqlalchemy import Connection

from collector.store import history, hourly
from collector.store.history import Point
from collector.store.hourly import HourAt
from collector.store.views.devices import Device
from collector.web.call import Call
from collector.web.trend_plot import Frame, Mark, draw_trend
from collector.web.voice import Voice

SPANS: Final = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
_FIRST: Final = ("battery.charge", "cellular.rsrp", "stream.fps", "picture.luma_mean")
_HOUR_S: Final = 3600.0
_GAP: Final = 3.0  # times the usual distance of two readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the table: an hour, or a day of the site's calendar."""

    at: str
    samples: int
    low: float
    mean: float
    high: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What the page shows; ``choices`` is empty when there is no number at all."""

    choices: tuple[tuple[str, str], ...]  # name, and name with its unit
    name: str
    unit: str
    span: str
    spans: tuple[str, ...]
    plot: Markup
    note: str
    lines: tuple[Line, ...]
    damaged: tuple[str, ...]  # days (UTC) of which not everything can be read any more


def read_trend(db: Connection, call: Call, device: Device) -> Trend:
    """The trend that the URL asks for; the caller has found the device in the visitor's slice."""
    span = call.asked("span") if call.asked("span") in SPANS else "24h"
    until = call.now
    since = until - SPANS[span]
    units = history.units(db, device.id, since=until - SPANS["30d"], until=until)
    name = _choose(tuple(units), call.asked("reading"))
    zone = zone_of(device.zone)
    hours = hourly.hourly(db, device.id, name, since=since, until=until) if name else ()
    if span == "24h":
        points = history.history(db, device.id, name, since=since, until=until) if name else ()
        marks, longest_gap_s = [mark_of(point) for point in points], _usual_gap_s(points)
        lines = sum_up(hours, zone=zone, form="%m-%d %H:%M")
    else:
        marks, longest_gap_s = [_mark(one) for one in hours], _HOUR_S
        lines = sum_up(hours, zone=zone, form="%Y-%m-%d")
    damaged = history.unreadable(db, device.id, since=since, until=until)
    note = call.voice.t("trend.points" if span == "24h" else "trend.text")
    frame = Frame(
        since=since,
        until=until,
        zone=zone,
        title=_title(call.voice, name, span),
        description=note,
        longest_gap_s=longest_gap_s,
    )
    return Trend(
        choices=tuple((one, f"{one} ({unit})" if unit else one) for one, unit in units.items()),
        name=name,
        unit=units.get(name, ""),
        span=span,
        spans=tuple(SPANS),
        plot=Markup(draw_trend(marks, frame)),
        note=note,
        lines=lines,
        damaged=tuple(day.isoformat() for day in damaged),
    )


def sum_up(hours: Iterable[HourAt], *, zone: ZoneInfo, form: str) -> tuple[Line, ...]:
    """Hours that look the same in this form of the local time, as one line each."""
    lines = []
    for at, group in groupby(hours, key=lambda one: one.at.astimezone(zone).strftime(form)):
        own = [one.hour for one in group]
        samples = sum(hour.samples for hour in own)
        lines.append(
            Line(
                at=at,
                samples=samples,
                low=min(hour.low for hour in own),
                mean=sum(hour.mean * hour.samples for hour in own) / samples,
                high=max(hour.high for hour in own),
                last=own[-1].last,
            )
        )
    return tuple(lines)


def zone_of(name: str) -> ZoneInfo:
    """The site's time zone; UTC when it is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def mark_of(point: Point) -> Mark:
    """A single reading on the line."""
    return Mark(at=point.at, low=point.number, mean=point.number, high=point.number)


def _mark(one: HourAt) -> Mark:
    middle: datetime = one.at + timedelta(minutes=30)
    return Mark(at=middle, low=one.hour.low, mean=one.hour.mean, high=one.hour.high)


def _usual_gap_s(points: Sequence[Point]) -> float:
    gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(points)]
    return _GAP * median(gaps) if gaps else 0.0


def _choose(names: Sequence[str], asked: str) -> str:
    if asked in names:
        return asked
    return next((name for name in _FIRST if name in names), names[0] if names else "")


def _title(voice: Voice, name: str, span: str) -> str:
    return voice.t("trend.plot", name=name, span=voice.t(f"trend.span.{span}"))
