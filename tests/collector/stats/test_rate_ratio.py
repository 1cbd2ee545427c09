"""The ratio of two failure rates, beside scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from collector.stats.rate_ratio import rate_ratio


@given(
    failed=st.integers(0, 40),
    others=st.integers(0, 40),
    exposure=st.floats(1, 1e6),
    others_exposure=st.floats(1, 1e6),
)
def test_bounds_agree_with_scipy(
    failed: int, others: int, exposure: float, others_exposure: float
) -> None:
    """The bounds give the exact interval of scipy's conditional binomial, turned into odds."""
    made = rate_ratio(
        failed=failed, exposure=exposure, others_failed=others, others_exposure=others_exposure
    )
    if failed + others == 0:
        assert made is None
        return
    assert made is not None
    interval = binomtest(failed, failed + others).proportion_ci(0.95, method="exact")
    for bound, share in ((made.lower, interval.low), (made.upper, interval.high)):
        odds = math.inf if share >= 1 else share / (1 - share) * others_exposure / exposure
        assert bound == pytest.approx(odds, rel=1e-6, abs=1e-12)
    assert made.lower <= made.ratio <= made.upper


def test_nothing_to_compare_with() -> None:
    """Without exposure on either side there is no ratio; wrong numbers are refused."""
    assert rate_ratio(failed=3, exposure=0, others_failed=1, others_exposure=9) is None
    assert rate_ratio(failed=3, exposure=9, others_failed=1, others_exposure=0) is None
    with pytest.raises(ValueError, match="not negative"):
        rate_ratio(failed=-1, exposure=1, others_failed=1, others_exposure=1)


def test_doubling_the_exposure_halves_the_ratio() -> None:
    """The unit of exposure does not matter, its proportion does."""
    one = rate_ratio(failed=5, exposure=100, others_failed=2, others_exposure=100)
    two = rate_ratio(failed=5, exposure=200, others_failed=2, others_exposure=100)
    assert one is not None and two is not None

    assert one.ratio == pytest.approx(2.5)
    assert two.ratio == pytest.approx(1.25)
