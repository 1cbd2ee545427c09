"""Trust that verdicts earn: one vote a camera, the exact interval, the policy's bar."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from collector.claims.policy import DEFAULT
from collector.claims.read_policy import PolicyError, parse_policy
from collector.claims.trust import (
    Record,
    Ruled,
    Ruling,
    TrustTerms,
    describe,
    has_earned,
    weigh,
)

TERMS = TrustTerms()
RULED = st.builds(
    Ruled,
    camera=st.integers(1, 12),
    site=st.sampled_from(["farm", "shop", "yard"]),
    ruling=st.sampled_from(Ruling),
)


def cameras(*, right: int, wrong: int = 0, sites: int = 3, each: int = 1) -> list[Ruled]:
    """So many cameras, each with so many verdicts that all say the same."""
    return [
        Ruled(
            camera=number,
            site=f"site-{number % sites}",
            ruling=Ruling.RIGHT if number < right else Ruling.WRONG,
        )
        for number in range(right + wrong)
        for _ in range(each)
    ]


def lower(rulings: list[Ruled]) -> float:
    """The lower bound of the precision; 0 while nothing is decided."""
    record = weigh(rulings, confidence=0.95)
    return record.interval.lower if record.interval else 0.0


@pytest.mark.parametrize(
    ("rulings", "earned"),
    [
        pytest.param([], False, id="nothing is decided"),
        pytest.param(cameras(right=36), True, id="36 without a mistake are the least"),
        pytest.param(cameras(right=35), False, id="35 are one too few"),
        pytest.param(cameras(right=20), False, id="20 of 20 prove only 0.83"),
        pytest.param(cameras(right=35, each=10), False, id="350 verdicts of 35 cameras are 35"),
        pytest.param(cameras(right=53, wrong=1), True, id="53 of 54"),
        pytest.param(cameras(right=52, wrong=1), False, id="52 of 53"),
        pytest.param(cameras(right=60, sites=2), False, id="two sites share their weather"),
    ],
)
def test_bar_of_the_default_policy(rulings: list[Ruled], *, earned: bool) -> None:
    """Trust is earned at the count of cameras that the interval asks for, not one earlier."""
    assert has_earned(weigh(rulings, confidence=TERMS.confidence), TERMS) is earned


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.8, 0.95, 0.99]))
def test_interval_agrees_with_scipy(right: int, wrong: int, confidence: float) -> None:
    """Bounds over cameras are scipy's exact ones."""
    record = weigh(cameras(right=right, wrong=wrong, each=2), confidence=confidence)
    if right + wrong == 0:
        assert record.interval is None
        return
    theirs = stats.binomtest(right, right + wrong).proportion_ci(confidence, method="exact")
    assert record.interval is not None
    assert math.isclose(record.interval.lower, theirs.low, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(record.interval.upper, theirs.high, rel_tol=1e-9, abs_tol=1e-12)


def test_one_wrong_verdict_costs_the_camera_its_vote() -> None:
    """A camera that was right nine times and wrong once is not right."""
    nine = [Ruled(camera=1, site="farm", ruling=Ruling.RIGHT)] * 9
    record = weigh([*nine, Ruled(camera=1, site="farm", ruling=Ruling.WRONG)], confidence=0.95)
    assert (record.right, record.wrong, record.cameras, record.cameras_right) == (9, 1, 1, 0)


def test_clustered_verdicts_are_not_taken_for_independent() -> None:
    """Where cameras are wholly right or wholly wrong, counting verdicts would miss the truth.

    40 cameras with 12 verdicts each, of a precision of 0.85: an interval over verdicts holds the
    truth far less often than it says, the one over cameras at least as often.
    """
    truth, draws = 0.85, 2000
    over_verdicts = over_cameras = 0
    drawn = Counter(stats.binom.rvs(40, truth, size=draws, random_state=7).tolist())
    for right, times in drawn.items():
        naive = stats.binomtest(right * 12, 40 * 12).proportion_ci(0.95, method="exact")
        ours = weigh(cameras(right=right, wrong=40 - right, each=12), confidence=0.95).interval
        assert ours is not None
        over_verdicts += times * (naive.low <= truth <= naive.high)
        over_cameras += times * (ours.lower <= truth <= ours.upper)
    assert over_cameras >= 0.95 * draws
    assert over_verdicts < 0.6 * draws


@given(st.lists(RULED), st.randoms(use_true_random=False))
def test_order_of_rulings_is_nothing(rulings: list[Ruled], shuffle: object) -> None:
    """The same rulings in any order come to the same record."""
    mixed = list(rulings)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert weigh(mixed, confidence=0.95) == weigh(rulings, confidence=0.95)


@given(st.lists(RULED), RULED)
def test_another_wrong_ruling_never_helps(rulings: list[Ruled], one: Ruled) -> None:
    """A wrong verdict never raises the lower bound; 'cannot tell' moves nothing but its count."""
    wrong = dataclasses.replace(one, ruling=Ruling.WRONG)
    unclear = dataclasses.replace(one, ruling=Ruling.CANNOT_TELL)
    before = weigh(rulings, confidence=0.95)

    assert lower([*rulings, wrong]) <= lower(rulings) + 1e-12
    assert weigh([*rulings, unclear], confidence=0.95) == dataclasses.replace(
        before, cannot_tell=before.cannot_tell + 1
    )


@given(st.lists(RULED, min_size=1), st.integers(2, 5))
def test_repeating_a_camera_proves_nothing(rulings: list[Ruled], times: int) -> None:
    """The same verdicts of the same cameras again leave the interval where it is."""
    once, often = weigh(rulings, confidence=0.95), weigh(rulings * times, confidence=0.95)
    assert (once.cameras, once.sites, once.interval) == (often.cameras, often.sites, often.interval)


def test_record_is_told_with_its_bar() -> None:
    """Both languages say how many cameras were right, and how many are asked for."""
    en, zh = describe(weigh(cameras(right=9, wrong=1), confidence=0.95), TERMS)
    assert "9 of 10 decided cameras right at 3 sites" in en
    assert "asked for: 20 cameras, 3 sites, 90.0%" in en
    assert "正确 9 台" in zh
    assert describe(Record(), TERMS)[0].startswith("0 of 0")


def test_bar_is_read_from_the_policy_file() -> None:
    """``[trust]`` changes the bar; what is out of range is a problem with its key."""
    asked = parse_policy("[trust]\nmin_cameras = 50\nmin_sites = 5\nmin_precision = 0.95\n").trust
    assert asked == TrustTerms(min_cameras=50, min_sites=5, min_precision=0.95)
    assert parse_policy("").trust == DEFAULT.trust == TERMS
    with pytest.raises(PolicyError) as caught:
        parse_policy("[trust]\nmin_cameras = 0\nmin_precision = 90\nspeed = 1\n")
    assert {p.key for p in caught.value.problems} == {
        "trust.min_cameras",
        "trust.min_precision",
        "trust.speed",
    }
