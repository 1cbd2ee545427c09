"""Values as people read them."""

from __future__ import annotations

import pytest

from collector.web import show
from collector.web.voice import Voice


@pytest.mark.parametrize(
    ("found", "unit", "expected"),
    [
        (123_493_000.0, "B", "123.5 MB"),
        (3_000_000_000, "B", "3.0 GB"),
        (512, "B", "512 B"),
        (21.5, "°C", "21.5 °C"),
        (True, "", "yes"),
        (False, "B", "no"),
        (None, "B", "–"),
    ],
)
def test_a_reading_is_shown_with_its_unit(found: object, unit: str, expected: str) -> None:
    """Counters of bytes too, whole or decimal as the profile read them."""
    assert show.value(Voice("en"), found, unit) == expected
