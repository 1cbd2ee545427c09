"""Packets over UDP: whatever order they come in, they go on in the sender's order, each once."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.rtsp.reorder import HOLD_S, WINDOW, Arrived, Reorder

NUMBERS = 1 << 16


def packet(number: int, at_s: float = 0.0) -> Arrived:
    """A packet whose content is its number."""
    return Arrived((number % NUMBERS).to_bytes(2, "big"), at_s)


def run(order: list[int]) -> tuple[list[int], Reorder]:
    """Feed numbers as they come; what went on, and the state after everything has waited."""
    reorder, out = Reorder(), []
    for number in order:
        out += reorder.take(number % NUMBERS, packet(number))
    out += reorder.expire(HOLD_S)
    return [int.from_bytes(one.payload, "big") for one in out], reorder


@settings(max_examples=200, deadline=None)
@given(
    first=st.integers(0, NUMBERS - 1),
    count=st.integers(1, 300),
    spread=st.integers(0, WINDOW - 1),
    lost=st.sets(st.integers(1, 299), max_size=20),
    twice=st.sets(st.integers(0, 299), max_size=20),
    seed=st.integers(0, 1000),
)
def test_order_is_the_senders(
    first: int, count: int, spread: int, lost: set[int], twice: set[int], seed: int
) -> None:
    """Late by less than the window, repeated or lost: the rest goes on once, in order."""
    chance = random.Random(seed)
    sent = [n for n in range(count) if n not in lost or n == 0]
    moved = sorted(sent[1:], key=lambda n: n + chance.uniform(0, spread))
    order = [sent[0]]
    for n in moved:
        order += [first_time := n, *([first_time] if n in twice else [])]
    out, _ = run([first + n for n in order])

    assert out == [(first + n) % NUMBERS for n in sent]


def test_a_gap_waits_and_then_is_a_loss() -> None:
    """A missing packet holds the next ones for HOLD_S; when it comes later it is dropped."""
    reorder = Reorder()
    assert len(reorder.take(10, packet(10, 1.0))) == 1
    assert reorder.take(12, packet(12, 1.1)) == []
    assert reorder.due_at_s == 1.1 + HOLD_S
    assert reorder.expire(1.1) == []
    assert [one.payload for one in reorder.expire(1.1 + HOLD_S)] == [packet(12).payload]
    assert reorder.take(11, packet(11, 1.5)) == []
    assert reorder.late == 1


def test_a_sender_that_begins_anew_is_followed() -> None:
    """Numbers that fall far back are old packets once, and a new beginning twice."""
    out, _ = run([30_000, 30_001, 5, 6, 7])

    assert out == [30_000, 30_001, 6, 7]


def test_what_waits_is_bounded() -> None:
    """A sender that leaves a gap and floods fills no memory."""
    reorder, out = Reorder(), []
    reorder.take(0, packet(0))
    for number in range(2, 5000):
        out += reorder.take(number, packet(number))
        assert len(reorder._held) <= WINDOW
    assert len(out) > 4900
