"""The README's quick start is the script that the figure counts."""

from __future__ import annotations

import pytest

from benchmarks.setup_script import ADDRESSES, OTHER, PASSWORD, REFUSED, ROOT, quick_start


def test_both_readmes_type_the_same_commands() -> None:
    """The Chinese page differs in the words of the passwords alone."""
    english, chinese = quick_start(), quick_start(ROOT / "README.zh.md")
    for line, other in zip(english, chinese, strict=True):
        assert line == other or line.startswith("printf ")


@pytest.mark.parametrize("placeholder", [ADDRESSES, PASSWORD, OTHER, REFUSED])
def test_what_the_figure_fills_in_stands_there(placeholder: str) -> None:
    """A reworded README would be typed as it is, and the figure would measure nothing."""
    assert any(placeholder in line for line in quick_start())
