"""The exact interval against scipy and published numbers; the contract rule against its table."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from collector.stats.contract import judge
from collector.stats.interval import beta_share, exact_interval


@pytest.mark.parametrize(
    ("delivered", "failed", "lower", "upper"),
    [
        (50, 1, 0.000506, 0.106470),
        (100, 6, 0.022335, 0.126030),
        (500, 16, 0.018399, 0.051447),
        (5000, 118, 0.019572, 0.028196),
    ],
)
def test_worked_numbers(delivered: int, failed: int, lower: float, upper: float) -> None:
    """The bounds are those that were worked out for typical batches, to six places."""
    bounds = exact_interval(failed=failed, delivered=delivered)

    assert (round(bounds.lower, 6), round(bounds.upper, 6)) == (lower, upper)


@given(st.integers(1, 20_000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.999]))
def test_agrees_with_scipy(delivered: int, share: float, confidence: float) -> None:
    """Both bounds agree with scipy's exact interval to nine digits."""
    failed = round(share * delivered)
    ours = exact_interval(failed=failed, delivered=delivered, confidence=confidence)
    theirs = stats.binomtest(failed, delivered).proportion_ci(confidence, method="exact")

    assert math.isclose(ours.lower, theirs.low, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(ours.upper, theirs.high, rel_tol=1e-9, abs_tol=1e-12)


@given(st.integers(1, 500), st.floats(0, 1))
def test_bounds_hold_the_observed_share(delivered: int, share: float) -> None:
    """The observed share lies between the bounds, and the bounds lie between 0 and 1."""
    failed = round(share * delivered)
    bounds = exact_interval(failed=failed, delivered=delivered)

    assert 0 <= bounds.lower <= failed / delivered <= bounds.upper <= 1


@pytest.mark.parametrize(("failed", "delivered"), [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts_are_refused(failed: int, delivered: int) -> None:
    """A share of nothing, or of less than failed, is an error and not a number."""
    with pytest.raises(ValueError, match="not a share"):
        exact_interval(failed=failed, delivered=delivered)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_impossible_confidence_is_refused(confidence: float) -> None:
    """95 is not taken for 0.95."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        exact_interval(failed=1, delivered=10, confidence=confidence)


def test_beta_share_ends() -> None:
    """The beta share is 0 at 0 and 1 at 1."""
    assert (beta_share(0.0, 2, 3), beta_share(1.0, 2, 3)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("delivered", "needed"), [(10, 1), (49, 1), (50, 2), (150, 4), (500, 11), (10_000, 201)]
)
def test_contract_needs_more_than_one_in_fifty(delivered: int, needed: int) -> None:
    """The rule is broken at the count of the contract's table and not one unit earlier."""
    assert judge(failed=needed, delivered=delivered).breached
    assert not judge(failed=needed - 1, delivered=delivered).breached
    assert judge(failed=0, delivered=delivered).needed == needed


def test_small_lot_is_flagged() -> None:
    """Where one unit alone crosses two percent, the lot is flagged as small."""
    assert judge(failed=1, delivered=49).small_lot
    assert not judge(failed=1, delivered=50).small_lot


def test_negative_counts_are_refused() -> None:
    """Negative counts have no verdict."""
    with pytest.raises(ValueError, match="not negative"):
        judge(failed=-1, delivered=10)
