"""docs/origins.md lists the signals as the table has them."""

from __future__ import annotations

from pathlib import Path

from collector.claims.origin.signal import Signal
from collector.claims.origin.table import SIGNALS

PAGE = Path(__file__).parents[4] / "docs" / "origins.md"
HEAD = "| signal | what is looked at | 查看内容 | weights | source |\n|---|---|---|---|---|"


def row(signal: Signal) -> str:
    """The row of a signal."""
    weights = ", ".join(f"{origin.value} {weight:g}" for origin, weight in signal.weights.items())
    return f"| `{signal.id}` | {signal.name_en} | {signal.name_zh} | {weights} | {signal.source} |"


def test_page_has_the_table_as_it_is() -> None:
    """Each signal stands there once with its weights, in the order of the table."""
    text = PAGE.read_text("utf-8")
    assert "\n".join([HEAD, *map(row, SIGNALS)]) in text
