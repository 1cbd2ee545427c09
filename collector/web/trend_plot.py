"""The trend of one reading as inline SVG: a line that breaks where nothing is known, and a band."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from collector.web.svg import WIDTH, draw, round_up

_HEIGHT: Final = 260
_LEFT: Final = 64
_RIGHT: Final = 16
_TOP: Final = 14
_BOTTOM: Final = 30
_X_STEPS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One place of the line; for a single reading low, mean and high are the same."""

    at: datetime
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """From when to when, in whose clock, and the words for those who do not see the plot."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    title: str
    description: str
    longest_gap_s: float  # marks further apart are not joined


def draw_trend(marks: Sequence[Mark], frame: Frame) -> str:
    """Line, band and dots; '' when there is nothing to draw."""
    if not marks:
        return ""
    scale = _Scale.over(marks, frame)
    runs = _runs(marks, frame.longest_gap_s)
    return draw(
        "trend",
        height=_HEIGHT,
        title=frame.title,
        description=frame.description,
        parts=(*_grid(scale, frame), *(part for run in runs for part in _draw(run, scale))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    since_s: float
    length_s: float
    bottom: float
    step: float
    steps: int

    @classmethod
    def over(cls, marks: Sequence[Mark], frame: Frame) -> _Scale:
        low, high = min(mark.low for mark in marks), max(mark.high for mark in marks)
        step = round_up((high - low) / 4 or abs(high) / 10 or 1, (1, 2, 5))
        bottom = math.floor(low / step) * step
        if bottom == low and low != 0:
            bottom -= step
        since_s = frame.since.timestamp()
        return cls(
            since_s=since_s,
            length_s=frame.until.timestamp() - since_s,
            bottom=bottom,
            step=step,
            steps=max(1, math.ceil((high - bottom) / step + 1e-9)),
        )

    def x(self, at_s: float) -> float:
        share = (at_s - self.since_s) / self.length_s
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * min(max(share, 0), 1), 1)

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.step * self.steps)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)


def _grid(scale: _Scale, frame: Frame) -> Iterator[str]:
    for number in range(scale.steps + 1):
        value = scale.bottom + number * scale.step
        y = scale.y(value)
        yield (
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
            f'<text class="tick" x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">'
            f"{round(value, 9):g}</text>"
        )
    is_day = scale.length_s <= 36 * 3600
    for number in range(_X_STEPS + 1):
        at_s = scale.since_s + scale.length_s * number / _X_STEPS
        local = datetime.fromtimestamp(at_s, tz=frame.zone)
        anchor = "start" if number == 0 else "end" if number == _X_STEPS else "middle"
        yield (
            f'<text class="tick" x="{scale.x(at_s)}" y="{_HEIGHT - 8}" text-anchor="{anchor}">'
            f"{local:%H:%M}</text>"
            if is_day
            else f'<text class="tick" x="{scale.x(at_s)}" y="{_HEIGHT - 8}" '
            f'text-anchor="{anchor}">{local:%m-%d}</text>'
        )


def _runs(marks: Sequence[Mark], longest_gap_s: float) -> Iterator[list[Mark]]:
    """The marks cut where they lie too far apart."""
    run = [marks[0]]
    for before, mark in pairwise(marks):
        if (mark.at - before.at).total_seconds() > longest_gap_s:
            yield run
            run = []
        run.append(mark)
    yield run


def _draw(run: Sequence[Mark], scale: _Scale) -> Iterator[str]:
    places = [(scale.x(mark.at.timestamp()), mark) for mark in run]
    if any(mark.low < mark.high for mark in run):
        over = " ".join(f"{x},{scale.y(mark.high)}" for x, mark in places)
        under = " ".join(f"{x},{scale.y(mark.low)}" for x, mark in reversed(places))
        yield f'<polygon class="band" points="{over} {under}"/>'
    line = " ".join(f"{x},{scale.y(mark.mean)}" for x, mark in places)
    yield f'<polyline class="line" points="{line}"/>'
    if len(run) == 1 or all(mark.low == mark.high for mark in run):
        yield from (
            f'<circle class="point" cx="{x}" cy="{scale.y(mark.mean)}" r="2"/>'
            for x, mark in places
        )
