"""Nobody is asked in vain, and the silent leave room for the others."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.queue_of_visits import Asleep, with_room
from tests.agent.fakes import NOON

LATER = NOON + timedelta(minutes=5)


def test_a_device_sleeps_until_something_falls_due() -> None:
    """Before its time it is not looked at; at its time it is."""
    asleep = Asleep()
    asleep.rest("gate", until=LATER)

    assert asleep.among(["gate", "pump"], now=NOON) == ["pump"]
    assert asleep.among(["gate", "pump"], now=LATER) == ["gate", "pump"]


def test_a_clock_that_is_set_back_wakes_all() -> None:
    """What was reckoned by a clock ten years ahead keeps nobody asleep."""
    asleep = Asleep()
    ahead = NOON + timedelta(days=3650)
    asleep.among(["gate"], now=ahead)
    asleep.rest("gate", until=ahead + timedelta(minutes=5))

    assert asleep.among(["gate"], now=NOON) == ["gate"]


def test_the_silent_hold_half_of_the_slots() -> None:
    """A hundred dead cameras come first in the queue, and a good one is visited all the same."""
    dead = [f"dead-{number}" for number in range(100)]
    failures = dict.fromkeys(dead, 3)

    chosen = with_room([*dead, "good"], running=(), failures=failures, concurrency=4)
    assert chosen == ["dead-0", "dead-1", "good"]
    assert with_room([*dead, "good"], running=chosen[:2], failures=failures, concurrency=4) == [
        "good"
    ]


@given(
    st.lists(st.booleans(), max_size=30),
    st.lists(st.booleans(), max_size=8),
    st.integers(min_value=1, max_value=8),
)
def test_slots_are_never_exceeded_and_the_good_keep_their_order(
    waiting: list[bool], held: list[bool], concurrency: int
) -> None:
    """Whatever waits and runs: no slot too many, and no good device is passed by another one."""
    running = [f"r{number}" for number in range(len(held))]
    wanted = [f"w{number}" for number in range(len(waiting))]
    failures = dict(zip(running + wanted, map(int, held + waiting), strict=True))
    chosen = with_room(wanted, running=running, failures=failures, concurrency=concurrency)

    assert len(chosen) <= max(concurrency - len(running), 0)
    good = [one for one in wanted if not failures[one]]
    taken = [one for one in chosen if not failures[one]]
    assert taken == good[: len(taken)]
    if len(chosen) < concurrency - len(running):
        assert taken == good
