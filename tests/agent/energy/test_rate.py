"""Rates with their errors."""

from __future__ import annotations

import math

import pytest

from agent.energy.rate import rate_of


@pytest.mark.parametrize("left", [1e-3, 1e-9, 1e-300])
def test_a_sum_that_is_next_to_nothing_has_limits_that_are_numbers(left: float) -> None:
    """Days that cancel out: an error of any size, and no overflow on the way to its limits."""
    found = rate_of(
        [(40.0, 1.0), (-40.0, 1.0), (40.0, 1.0), (-40.0 + left, 1.0), (left, 1.0)], floor=0.4
    )
    assert found is not None
    assert 0.0 <= found.low <= found.value <= found.high
    assert math.isfinite(found.high)
