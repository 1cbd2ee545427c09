"""Plain-text tables whose columns also line up with Chinese characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Title, rule and rows, padded to the widest cell of each column."""
    cells = [list(titles), *(list(row) for row in rows)]
    widths = [max(width(row[i]) for row in cells) for i in range(len(titles))]
    padded = [
        "  ".join(
            text + " " * (room - width(text)) for text, room in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
    return [padded[0], "  ".join("-" * room for room in widths), *padded[1:]]
