"""docs/origins.md and its Chinese twin list the signals as the table has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.claims.origin.signal import Signal
from collector.claims.origin.table import SIGNALS
from collector.web.voice import Voice

DOCS = Path(__file__).parents[4] / "docs"
HEADS = {
    "en": "| signal | what is looked at | weights | source |\n|---|---|---|---|",
    "zh": "| 迹象 | 查看内容 | 权重 | 来源 |\n|---|---|---|---|",
}
SOURCES = {"en": {"policy": "policy", "ours": "ours"}, "zh": {"policy": "政策", "ours": "我方"}}


def row(signal: Signal, language: str) -> str:
    """The row of a signal."""
    is_zh, voice = language == "zh", Voice(language)
    weights = ("、" if is_zh else ", ").join(
        f"{voice.t(f'origin.{origin.value}') if is_zh else origin.value} {weight:g}"
        for origin, weight in signal.weights.items()
    )
    name = signal.name_zh if is_zh else signal.name_en
    return f"| `{signal.id}` | {name} | {weights} | {SOURCES[language][signal.source]} |"


@pytest.mark.parametrize(("page", "language"), [("origins.md", "en"), ("origins.zh.md", "zh")])
def test_page_has_the_table_as_it_is(page: str, language: str) -> None:
    """Each signal stands there once with its weights, in the order of the table."""
    text = (DOCS / page).read_text("utf-8")
    assert "\n".join([HEADS[language], *(row(one, language) for one in SIGNALS)]) in text
