"""What plots as inline SVG share: the frame with its words for those who see none, round steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

WIDTH: Final = 760


def draw(name: str, *, height: int, title: str, description: str, parts: Iterable[str]) -> str:
    """The whole picture; ``name`` is unique on its page and a class of its own."""
    return "".join(
        (
            f'<svg class="plot {name}" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-labelledby="{name}-title {name}-text">'
            f'<title id="{name}-title">{escape(title)}</title>'
            f'<desc id="{name}-text">{escape(description)}</desc>',
            *parts,
            "</svg>",
        )
    )


def round_up(number: float, steps: Sequence[float]) -> float:
    """The next of these steps (from 1 to 10) times a power of ten; a positive number."""
    power = 10.0 ** math.floor(math.log10(number))
    return next((step * power for step in steps if step * power >= number * (1 - 1e-9)), 10 * power)
