"""The shares of a fault's possible origins as one bar: inline SVG, colours by class."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from markupsafe import Markup

WIDTH: Final = 1000
HEIGHT: Final = 24


def draw_shares(shares: Sequence[tuple[str, float, str]], *, title: str) -> Markup:
    """``(class, share, words)`` from left to right; the bar stretches to the width it is given."""
    at, parts = 0.0, []
    for origin, share, words in shares:
        width = WIDTH * share
        parts.append(
            f'<rect class="{escape(origin)}" x="{at:.1f}" y="0" width="{width:.1f}"'
            f' height="{HEIGHT}"><title>{escape(words)}</title></rect>'
        )
        at += width
    return Markup(  # every text is escaped, all else are numbers
        f'<svg class="origin-bar" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
        f' role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
