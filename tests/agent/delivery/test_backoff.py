"""Waiting between connections: it doubles, it is spread, and only a good connection resets it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.delivery.backoff import CAP_S, LASTING_S, PAUSE_CAP_S, Backoff, Pause


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40))
def test_each_wait_lies_in_the_upper_half_of_its_ceiling(draws: list[float]) -> None:
    """Equal jitter: never less than half the ceiling, never above it, the ceiling capped."""
    numbers = iter(draws)
    backoff = Backoff(jitter=lambda: next(numbers))
    for tries in range(len(draws)):
        ceiling_s = min(CAP_S, 2.0**tries)
        assert ceiling_s / 2 <= backoff.next_delay_s() <= ceiling_s


def test_only_a_lasting_connection_starts_over() -> None:
    """A broker that accepts and drops is not well: its agents keep slowing down."""
    backoff = Backoff(jitter=lambda: 1.0)
    for _ in range(3):
        backoff.next_delay_s()
        backoff.connection_ended(lasted_s=LASTING_S)
    assert backoff.next_delay_s() == 8.0

    backoff.connection_ended(lasted_s=LASTING_S + 1)
    assert backoff.next_delay_s() == 1.0


def test_a_receipt_without_a_wish_takes_no_wish_back() -> None:
    """Receipts of one commit come in several parts; only some ask to wait."""
    pause = Pause()
    pause.ask(10.0, now_s=100.0)
    pause.ask(0.0, now_s=101.0)

    assert pause.holds(109.9)
    assert not pause.holds(110.0)


def test_a_pause_ends_and_another_begins_only_after_something_was_sent() -> None:
    """Wishes that come without pause hold rows for the cap; then the next row breaks the spell."""
    pause = Pause()
    for second in range(int(PAUSE_CAP_S) + 50):
        pause.ask(3600.0, now_s=float(second))
    assert not pause.holds(PAUSE_CAP_S)

    pause.ask(3600.0, now_s=PAUSE_CAP_S + 60)
    assert not pause.holds(PAUSE_CAP_S + 60)

    pause.sent()
    pause.ask(3600.0, now_s=PAUSE_CAP_S + 61)
    assert pause.holds(PAUSE_CAP_S + 62)


def test_paid_tries_become_rare_after_an_hour() -> None:
    """The usual cap for an hour, then half-hours; a far end that answers starts it over."""
    backoff = Backoff(jitter=lambda: 1.0)
    waited_s = 0.0
    while waited_s < 3600.0:
        delay_s = backoff.next_delay_s(is_paid=True)
        assert delay_s <= CAP_S
        waited_s += delay_s
    assert backoff.next_delay_s(is_paid=True) == 1800.0
    assert backoff.next_delay_s() == CAP_S
    backoff.reset()
    assert backoff.next_delay_s(is_paid=True) == 1.0


def test_half_of_each_wait_is_drawn() -> None:
    """A fleet that lost its broker at once does not come back at once."""
    least, most = Backoff(jitter=lambda: 0.0), Backoff(jitter=lambda: 1.0)

    assert [least.next_delay_s() for _ in range(3)] == [0.5, 1.0, 2.0]
    assert [most.next_delay_s() for _ in range(3)] == [1.0, 2.0, 4.0]
