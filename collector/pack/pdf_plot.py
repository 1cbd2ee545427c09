"""Readings around the onset as vectors: one strip a reading, joined only where visits were near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.units import mm

from collector.pack.facts import Sampled
from collector.pack.pdf_style import ACCENT, INK, QUIET, RED, RULE, WIDTH

_HEIGHT: Final = 24 * mm
_LEFT: Final = 14 * mm
_BOTTOM: Final = 5 * mm
_TOP: Final = 5 * mm
_GAP: Final = 3.0  # times the usual distance: as the strips of the console join two dots
_MOST_POINTS: Final = 600  # more than the strip has room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One reading over the weeks around an onset."""

    name: str
    samples: tuple[Sampled, ...]
    since: datetime
    until: datetime
    onset_at: datetime


def numbers_of(samples: Sequence[Sampled]) -> tuple[tuple[datetime, float], ...]:
    """The good numbers, by time; a flag is none."""
    return tuple(
        (one.at, float(one.value))
        for one in samples
        if one.quality == "good"
        and isinstance(one.value, int | float)
        and not isinstance(one.value, bool)
    )


def draw_strip(strip: Strip, *, font: str) -> Drawing:
    """The strip: its name and unit, the scale, the line, the onset, what could not be read."""
    points = _thinned(numbers_of(strip.samples))
    low, high = min(n for _, n in points), max(n for _, n in points)
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    drawing = Drawing(WIDTH, _HEIGHT)
    width, height = WIDTH - _LEFT, _HEIGHT - _BOTTOM - _TOP
    span_s = max((strip.until - strip.since).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return float(_LEFT + width * (at - strip.since).total_seconds() / span_s)

    def y(number: float) -> float:
        return float(_BOTTOM + height * (number - low) / (high - low))

    def write(
        left: float, base: float, text: str, *, anchor: str = "start", color: object = QUIET
    ) -> None:
        drawing.add(
            String(
                left, base, text, fontName=font, fontSize=6.5, fillColor=color, textAnchor=anchor
            )
        )

    drawing.add(
        Rect(_LEFT, _BOTTOM, width, height, fillColor=None, strokeColor=RULE, strokeWidth=0.4)
    )
    unit = next((one.unit for one in strip.samples if one.unit), "")
    write(_LEFT, _HEIGHT - _TOP + 3, f"{strip.name} {f'[{unit}]' if unit else ''}", color=INK)
    write(_LEFT - 3, y(high) - 5, f"{high:.4g}", anchor="end")
    write(_LEFT - 3, y(low), f"{low:.4g}", anchor="end")
    for day in _days(strip):
        drawing.add(Line(x(day), _BOTTOM, x(day), _BOTTOM - 2, strokeColor=RULE, strokeWidth=0.4))
        write(x(day), _BOTTOM - 9, f"{day:%m-%d}", anchor="middle")
    for one in strip.samples:
        if one.quality != "good":
            drawing.add(
                Line(x(one.at), _BOTTOM, x(one.at), _BOTTOM + 3, strokeColor=QUIET, strokeWidth=0.5)
            )
    for run in _runs(points):
        flat = [coordinate for at, number in run for coordinate in (x(at), y(number))]
        if len(run) == 1:
            flat += [flat[0] + 0.6, flat[1]]
        drawing.add(PolyLine(flat, strokeColor=ACCENT, strokeWidth=0.8))
    drawing.add(
        Line(
            x(strip.onset_at),
            _BOTTOM,
            x(strip.onset_at),
            _BOTTOM + height,
            strokeColor=RED,
            strokeWidth=0.9,
        )
    )
    return drawing


def _runs(points: Sequence[tuple[datetime, float]]) -> list[list[tuple[datetime, float]]]:
    """Stretches whose points are near enough to be joined."""
    usual = (
        median(
            ((b[0] - a[0]).total_seconds() for a, b in pairwise(points)),
        )
        if len(points) > 1
        else 0.0
    )
    runs: list[list[tuple[datetime, float]]] = []
    for point in points:
        if runs and (point[0] - runs[-1][-1][0]).total_seconds() <= _GAP * usual:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def _thinned(points: Sequence[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """At most so many; of each stretch the lowest and the highest stay, or a peak would vanish."""
    if len(points) <= _MOST_POINTS:
        return list(points)
    step = -(-2 * len(points) // _MOST_POINTS)
    kept: set[tuple[datetime, float]] = set()
    for first in range(0, len(points), step):
        stretch = points[first : first + step]
        kept |= {min(stretch, key=lambda p: p[1]), max(stretch, key=lambda p: p[1])}
    return sorted(kept)


def _days(strip: Strip) -> list[datetime]:
    length = (strip.until - strip.since).days
    step = timedelta(days=max(1, round(length / 8)))
    day = strip.since.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found = []
    while day < strip.until:
        found.append(day)
        day += step
    return found
