"""The arithmetic of a suggestion: shares, margin, and what may not change it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.origin.kinds import Origin
from collector.claims.origin.suggest import NotKnown, Reason, weigh
from collector.claims.origin.terms import OriginTerms

TERMS = OriginTerms()
CLASSES = [origin for origin in Origin if origin is not Origin.UNDETERMINED]
# Weights as people write them: up to three decimals.
WEIGHTS = st.integers(0, 5000).map(lambda thousandths: thousandths / 1000)
REASONS = st.lists(
    st.builds(
        Reason,
        signal=st.sampled_from(["bumped", "early", "peers"]),
        en=st.just("so"),
        zh=st.just("是"),
        weights=st.dictionaries(st.sampled_from(list(Origin)), WEIGHTS, max_size=3),
    ),
    max_size=8,
)


def reason(**weights: float) -> Reason:
    """A reason with these weights by class."""
    return Reason(
        signal="bumped", en="so", zh="是", weights={Origin(k): v for k, v in weights.items()}
    )


@given(REASONS)
def test_shares_sum_to_one(reasons: list[Reason]) -> None:
    """Whatever was found, the shares of all classes are a whole, and none is negative."""
    made = weigh(reasons, (), TERMS)

    assert sum(made.shares.values()) == pytest.approx(1)
    assert set(made.shares) == set(Origin)
    assert min(made.shares.values()) >= 0


@given(REASONS, st.randoms(use_true_random=False))
def test_order_of_reasons_does_not_matter(reasons: list[Reason], chance: object) -> None:
    """The same reasons in another order suggest the very same."""
    shuffled = list(reasons)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = weigh(reasons, (), TERMS), weigh(shuffled, (), TERMS)

    assert (one.origin, one.shares, one.margin) == (other.origin, other.shares, other.margin)


@given(REASONS)
def test_what_is_not_known_counts_for_nobody(reasons: list[Reason]) -> None:
    """Signals that could not be looked at are listed and change no share."""
    missing = (NotKnown(signal="early", en="no date", zh="无日期"),)
    one, other = weigh(reasons, (), TERMS), weigh(reasons, missing, TERMS)

    assert (one.origin, one.shares, one.margin) == (other.origin, other.shares, other.margin)
    assert other.not_known == missing


@given(REASONS, st.sampled_from(CLASSES), WEIGHTS)
def test_more_weight_never_harms_its_class(
    reasons: list[Reason], origin: Origin, weight: float
) -> None:
    """A reason for a class lowers no share of it, raises none of others, and does not unseat it."""
    before = weigh(reasons, (), TERMS)
    after = weigh([*reasons, reason(**{origin.value: weight})], (), TERMS)

    assert after.shares[origin] >= before.shares[origin]
    assert all(after.shares[one] <= before.shares[one] for one in Origin if one is not origin)
    if before.origin is origin:
        assert after.origin is origin
    elif before.origin is Origin.UNDETERMINED:
        assert after.origin in (origin, Origin.UNDETERMINED)


@pytest.mark.parametrize(
    ("weight", "named"),
    [
        pytest.param(1.5, Origin.USER, id="just the margin"),
        pytest.param(1.499, Origin.UNDETERMINED, id="a thousandth short"),
        pytest.param(1.501, Origin.USER, id="beyond"),
    ],
)
def test_margin_is_exact(weight: float, named: Origin) -> None:
    """1.5 against the doubt of 1.0 leads by just 0.2 of the whole, and that is enough."""
    made = weigh([reason(user=weight)], (), TERMS)

    assert made.origin is named
    assert made.margin == pytest.approx((weight - 1) / (weight + 1))


@given(st.integers(1, 400), st.integers(1, 400))
def test_margin_of_two_classes_is_exact(first: int, second: int) -> None:
    """Without doubt, the one of two classes wins just when it leads by a fifth of both."""
    terms = dataclasses.replace(TERMS, doubt=0.0)
    made = weigh([reason(user=first / 100, factory=second / 100)], (), terms)
    leads = 5 * abs(first - second) >= first + second
    winner = Origin.USER if first > second else Origin.FACTORY

    assert made.origin is (winner if leads else Origin.UNDETERMINED)


@pytest.mark.parametrize("doubt", [0.0, 1.0])
def test_nothing_found_is_undetermined(doubt: float) -> None:
    """No reason, no origin; not even when the policy has no doubts."""
    made = weigh((), (), dataclasses.replace(TERMS, doubt=doubt))

    assert made.origin is Origin.UNDETERMINED
    assert made.shares[Origin.UNDETERMINED] == 1


def test_a_tie_names_nobody() -> None:
    """Two classes alike are not told apart, whatever margin the policy asks for."""
    terms = dataclasses.replace(TERMS, margin=0.0, doubt=0.0)
    made = weigh([reason(user=1, factory=1)], (), terms)

    assert made.origin is Origin.UNDETERMINED
