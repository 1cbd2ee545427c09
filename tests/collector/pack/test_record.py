"""Comparing what a partner tells with what it told: nothing lost, nothing twice, no lie missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.pack.record import Told, compare, make_id

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def step(number: int, *, of: str = "a", made: bool = False) -> Told:
    """The step with this number of one history, as a newer collector tells it, or an older."""
    at, actor, what = BEGIN + timedelta(hours=number), f"Wu {of}", f"state-{number % 3}"
    made_id = make_id(seq=number, at=at, actor=actor, what=what)
    return Told(
        step_id=made_id if made else f"{of}{number:063x}",
        seq=number,
        at=at,
        actor=actor,
        what=what,
        body="{}",
    )


@given(order=st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=15))
def test_one_history_in_any_order_is_taken_once_and_denies_nothing(
    order: list[tuple[int, bool]],
) -> None:
    """Documents of 0 to 9 steps of one history, lost, doubled, overtaking each other, from before
    and after an upgrade: each step of the longest is taken once, and none is denied."""
    known: list[Told] = []
    longest = -1
    for length, made in order:
        told = [step(n, made=made) for n in range(1, length + 1)]
        found = compare(told, known, (), is_later=length > longest)
        assert not found.denied
        known += found.fresh
        longest = max(longest, length)
    assert [one.seq for one in known] == list(range(1, max(longest, 0) + 1))


@given(
    shared=st.integers(0, 5),
    first=st.integers(1, 5),
    second=st.integers(0, 5),
    late=st.integers(0, 10),
)
def test_another_history_is_always_noticed(shared: int, first: int, second: int, late: int) -> None:
    """After a restore the partner goes on from fewer steps, with the same numbers or none: exactly
    what it told since is denied, once. A document from before the restore that comes late is not
    taken for news, and denies nothing."""
    common = [step(n) for n in range(1, shared + 1)]
    old = common + [step(n) for n in range(shared + 1, shared + first + 1)]
    new = common + [step(n, of="b") for n in range(shared + 1, shared + second + 1)]
    found = compare(new, old, (), is_later=True)
    assert list(found.denied) == old[shared:]
    assert list(found.fresh) == new[shared:]
    again = compare(new, new, old[shared:], is_later=True)
    assert (again.fresh, again.denied) == ((), ())
    delayed = compare(old[:late], new, old[shared:], is_later=False)
    assert (delayed.fresh, delayed.denied) == ((), ())
