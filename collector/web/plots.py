"""Plots as inline SVG: they print, need no script, and take the page's colours by class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from collector.stats.interval import Interval
from collector.web.svg import WIDTH, draw, round_up

_ROW: Final = 34
_LEFT: Final = 190
_RIGHT: Final = 36
_TOP: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One group: the share with all pending, the confirmed part, and the interval."""

    label: str
    share: float
    firm_share: float
    interval: Interval


def draw_intervals(bars: Sequence[Bar], *, threshold: float, title: str, description: str) -> str:
    """Dots with whiskers, one row a group, on a linear scale; '' when there is nothing to draw."""
    if not bars:
        return ""
    scale = _nice_top(max(threshold * 2, *(bar.interval.upper for bar in bars)))
    height = _TOP + _ROW * len(bars) + 10
    plot_px = WIDTH - _LEFT - _RIGHT

    def x(share: float) -> float:
        return round(_LEFT + plot_px * min(share, scale) / scale, 1)

    parts = []
    for step in range(5):
        at = scale * step / 4
        parts.append(
            f'<line class="grid" x1="{x(at)}" x2="{x(at)}" y1="{_TOP - 6}" y2="{height - 6}"/>'
            f'<text class="tick" x="{x(at)}" y="{_TOP - 12}" text-anchor="middle">'
            f"{at * 100:g} %</text>"
        )
    parts.append(
        f'<line class="limit" x1="{x(threshold)}" x2="{x(threshold)}" '
        f'y1="{_TOP - 6}" y2="{height - 6}"/>'
    )
    parts.extend(_row(bar, number, x) for number, bar in enumerate(bars))
    return draw("intervals", height=height, title=title, description=description, parts=parts)


def _row(bar: Bar, number: int, x: Callable[[float], float]) -> str:
    middle = _TOP + _ROW * number + _ROW // 2
    low, high = x(bar.interval.lower), x(bar.interval.upper)
    label = bar.label if len(bar.label) <= 24 else f"{bar.label[:23]}…"
    return (
        f'<text class="label" x="{_LEFT - 12}" y="{middle + 4}" text-anchor="end">'
        f"{escape(label)}</text>"
        f'<line class="whisker" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
        f'<line class="whisker" x1="{low}" x2="{low}" y1="{middle - 5}" y2="{middle + 5}"/>'
        f'<line class="whisker" x1="{high}" x2="{high}" y1="{middle - 5}" y2="{middle + 5}"/>'
        f'<circle class="pending" cx="{x(bar.share)}" cy="{middle}" r="6"/>'
        f'<circle class="confirmed" cx="{x(bar.firm_share)}" cy="{middle}" r="3.5"/>'
    )


def _nice_top(share: float) -> float:
    """The next round number above the share, at most 1."""
    return min(1.0, round_up(share, (1, 2, 4, 6, 8)))
