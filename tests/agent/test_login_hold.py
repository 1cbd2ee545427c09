"""After a refused login the account is left alone, longer each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.login_hold import LOCK_LEFT, LONGEST, OUTCOME, RETRY, held_until, not_before
from shared.reading import Quality, Reading

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WORDS = st.sampled_from(["accepted", "open", "refused", "locked", "method"])


def outcomes(*words: str, quality: Quality = Quality.GOOD) -> list[Reading]:
    """Login outcomes an hour apart."""
    return [
        Reading(OUTCOME, word, "", NOON + timedelta(hours=number), quality)
        for number, word in enumerate(words)
    ]


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        pytest.param(("refused",), 1, id="once"),
        pytest.param(("refused", "refused"), 8, id="twice in a row"),
        pytest.param(("refused", "accepted", "refused"), 1, id="in between it worked"),
        pytest.param(("refused",) * 12, 24, id="never more than a day"),
    ],
)
def test_the_wait_grows(words: tuple[str, ...], hours: int) -> None:
    """Each refusal in a row makes the wait eight times as long, up to a day."""
    found = outcomes(*words)
    assert held_until(found, retry=RETRY) == found[-1].taken_at + timedelta(hours=hours)


def test_an_accepted_login_ends_the_wait() -> None:
    """Once the password is right there is nothing to wait for."""
    assert held_until(outcomes("refused", "accepted"), retry=RETRY) is None


def test_a_failed_exchange_is_no_refusal() -> None:
    """A camera that did not answer has not refused anybody, and has not forgiven either."""
    found = [*outcomes("refused"), *outcomes("refused", quality=Quality.FAILED)]
    assert held_until(found, retry=RETRY) == NOON + RETRY
    assert held_until(outcomes("refused", quality=Quality.FAILED), retry=RETRY) is None


@pytest.mark.parametrize(
    ("left_s", "hours"),
    [
        pytest.param(1800, 1, id="shorter than the hold"),
        pytest.param(7200, 2, id="longer"),
        pytest.param(604800, 24, id="never more than a day"),
    ],
)
def test_a_lock_is_waited_for(left_s: int, hours: int) -> None:
    """Nothing logs in before the lock that the device speaks of has ended."""
    lock = Reading(LOCK_LEFT, left_s, "s", NOON, Quality.GOOD)

    assert not_before(NOON + RETRY, [lock], now=NOON) == NOON + timedelta(hours=hours)
    assert not_before(None, [lock], now=NOON) is None


@given(st.lists(WORDS, max_size=12))
def test_the_wait_has_both_bounds(words: list[str]) -> None:
    """The wait is never shorter than the first and never longer than the longest."""
    found = outcomes(*words)
    until = held_until(found, retry=RETRY)
    if until is not None:
        assert RETRY <= until - found[-1].taken_at <= LONGEST
