"""The herd's simulation: it can fall short, and it counts every knock."""

from __future__ import annotations

from collections.abc import Callable

from agent.delivery.backoff import Backoff
from benchmarks.durability_herd import CAPACITY, Fleet, PahoBuiltIn, Waits


def without_jitter(_: Callable[[], float]) -> Waits:
    """Our own back-off with its dice taken away."""
    return Backoff(jitter=lambda: 0.5)


def with_jitter(jitter: Callable[[], float]) -> Waits:
    """Ours."""
    return Backoff(jitter=jitter)


def test_without_jitter_the_figure_falls_short() -> None:
    """Agents in step knock all within the second in which they lost the broker."""
    spread = Fleet(with_jitter, agents=2000, outage_s=300.0).run()
    in_step = Fleet(without_jitter, agents=2000, outage_s=300.0).run()

    assert spread.peak <= 2 * CAPACITY < in_step.peak
    assert (spread.back, spread.refused) == (2000, 0)
    assert in_step.refused > 0


def test_pahos_waiting_is_pahos() -> None:
    """1, 2, 4 .. 120 s, and from the beginning after a connection."""
    waits = PahoBuiltIn()
    assert [waits.next_delay_s() for _ in range(9)] == [1, 2, 4, 8, 16, 32, 64, 120, 120]
    waits.reset()
    assert waits.next_delay_s() == 1
