"""The pages that promise what monitoring costs say what the code keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.charge import CELLULAR, WIFI
from agent.config import TEST_WRITES_PER_DAY
from agent.config_tunable import LIMITS
from agent.harm_page import draw_line, limits_table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "lang"),
    [
        ("README.md", "en"),
        ("README.zh.md", "zh"),
        ("docs/harm.md", "en"),
        ("docs/harm.zh.md", "zh"),
    ],
)
def test_the_promised_limits_are_those_of_the_code(page: str, lang: str) -> None:
    """Each page holds the very table that the constants give."""
    assert limits_table(lang) in (ROOT / page).read_text()


@pytest.mark.parametrize("page", ["docs/harm.md", "docs/harm.zh.md"])
def test_the_currents_and_bounds_are_those_of_the_code(page: str) -> None:
    """Default currents, the writes of a filter test and the bound of each limit are stated."""
    text = (ROOT / page).read_text()
    for draw in (WIFI, CELLULAR):
        assert f"| {draw_line(draw)} |" in text
    assert f" {TEST_WRITES_PER_DAY} " in text
    for key, most in LIMITS.items():
        (line,) = (line for line in text.splitlines() if line.startswith(f"{key} = "))
        assert (f"{most:,}" if most < 2**40 else "2^40") in line
