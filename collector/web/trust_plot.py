"""The precision of one pair as a small bar: inline SVG, colours by class."""

from __future__ import annotations

from html import escape
from typing import Final

from markupsafe import Markup

from collector.stats.interval import Interval

_WIDTH: Final = 160
_HEIGHT: Final = 22
_EDGE: Final = 6


def draw_precision(*, share: float, interval: Interval, asked: float | None, title: str) -> Markup:
    """A dot with its interval from 0 to 1, and a mark where the policy's bar is, if it has one."""
    middle = _HEIGHT // 2

    def x(value: float) -> float:
        return round(_EDGE + (_WIDTH - 2 * _EDGE) * value, 1)

    low, high = x(interval.lower), x(interval.upper)
    holds = "holds" if asked is not None and interval.lower >= asked else "short"
    mark = (
        ""
        if asked is None
        else f'<line class="asked" x1="{x(asked)}" x2="{x(asked)}" y1="2" y2="{_HEIGHT - 2}"/>'
    )
    return Markup(  # every text is escaped, all else are numbers
        f'<svg class="precision {holds}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<line class="axis" x1="{x(0)}" x2="{x(1)}" y1="{middle}" y2="{middle}"/>'
        f'<rect class="span" x="{low}" y="{middle - 4}" width="{round(high - low, 1)}"'
        f' height="8" rx="2"/>'
        f'<circle class="share" cx="{x(share)}" cy="{middle}" r="4"/>'
        f"{mark}</svg>"
    )
