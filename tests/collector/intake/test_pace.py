"""Batches that adapt, agents that are asked to wait, and a backlog that stays within its bounds."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from collector.intake.arrival import Arrival
from collector.intake.backlog import Backlog, Received
from collector.intake.pace import (
    FEWEST_FRAMES,
    LONGEST_S,
    MOST_FRAMES,
    SHORTEST_S,
    next_batch_frames,
    retry_after_s,
)


def received(size: int = 100, number: int = 0) -> Received:
    """A frame of this size."""
    return Received(arrival=Arrival("t", b"x" * size), mid=number, qos=1, connection=1)


def test_full_quick_batches_grow_and_slow_ones_shrink() -> None:
    """Under load the bound doubles up to the most; a slow store brings it down again."""
    limit = FEWEST_FRAMES
    for _ in range(10):
        limit = next_batch_frames(limit, frames=limit, took_s=0.05)
    assert limit == MOST_FRAMES
    for _ in range(10):
        limit = next_batch_frames(limit, frames=limit, took_s=2.0)
    assert limit == FEWEST_FRAMES
    assert next_batch_frames(400, frames=3, took_s=0.01) == 400


@given(st.one_of(st.none(), st.floats(0, 1e6)), st.floats(0, 3))
def test_the_wait_is_bounded(trouble_s: float | None, fill: float) -> None:
    """Nobody is asked to wait while all is well, nor longer than a minute, nor a blink."""
    wait_s = retry_after_s(trouble_s=trouble_s, fill=fill)
    if trouble_s is None and fill < 0.5:
        assert wait_s == 0
    else:
        assert SHORTEST_S <= wait_s <= LONGEST_S


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1e4), st.floats(0, 1e4))
def test_more_trouble_never_means_a_shorter_wait(a: float, b: float, s: float, t: float) -> None:
    """It grows with the backlog and with the time that the store takes nothing."""
    lower, upper = sorted((a, b))
    assert retry_after_s(trouble_s=None, fill=lower) <= retry_after_s(trouble_s=None, fill=upper)
    short, long = sorted((s, t))
    assert retry_after_s(trouble_s=short, fill=0) <= retry_after_s(trouble_s=long, fill=0)


@given(st.lists(st.integers(1, 3000), max_size=40), st.integers(1, 20), st.integers(1000, 9000))
def test_a_backlog_gives_everything_in_order_within_the_bounds(
    sizes: list[int], max_frames: int, max_bytes: int
) -> None:
    """Nothing is dropped or turned round, and no batch is larger than asked for but of one."""
    backlog = Backlog(max_frames=10, max_bytes=20_000)
    for number, size in enumerate(sizes):
        backlog.put(received(size, number))
    assert backlog.has_room() == (
        len(sizes) < 10 and sum(received(size).size for size in sizes) < 20_000
    )
    given_: list[int] = []
    while batch := backlog.take(max_frames=max_frames, max_bytes=max_bytes, wait_s=0, linger_s=0):
        assert len(batch) <= max_frames
        assert len(batch) == 1 or sum(one.size for one in batch) <= max_bytes
        given_ += [one.mid for one in batch]
    assert given_ == list(range(len(sizes)))
    assert backlog.fill == 0
    assert backlog.has_room()


def test_who_waits_is_woken() -> None:
    """A frame that comes while the worker waits is taken at once."""
    backlog = Backlog()
    threading.Timer(0.05, lambda: backlog.put(received())).start()
    assert len(backlog.take(max_frames=5, max_bytes=10**6, wait_s=10, linger_s=0)) == 1
