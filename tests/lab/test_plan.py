"""The plan of a chaos run: by seed, complete, and with overlaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.lab.plan import Act, Deed, Life, make_plan

LIVES = tuple((name, Life(shortest_s=1, longest_s=3)) for name in ("a", "b", "c"))


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_every_kill_is_followed_by_a_start(seed: int, kills: int) -> None:
    """As many kills as asked for; nobody is killed twice in a row or left dead."""
    acts = make_plan(LIVES, kills=kills, seed=seed)

    assert sum(act.deed is Deed.KILL for act in acts) == kills
    assert [act.at_s for act in acts] == sorted(act.at_s for act in acts)
    for victim in {act.victim for act in acts}:
        deeds = [act.deed for act in acts if act.victim == victim]
        assert deeds == [Deed.KILL, Deed.START] * (len(deeds) // 2)


def test_the_seed_decides() -> None:
    """The same seed gives the same plan, another one another."""
    first = make_plan(LIVES, kills=50, seed=1)

    assert make_plan(LIVES, kills=50, seed=1) == first
    assert make_plan(LIVES, kills=50, seed=2) != first


def test_deaths_overlap() -> None:
    """More than once two are dead at the same time."""
    assert max(_down_at_once(make_plan(LIVES, kills=100, seed=1))) >= 2


def _down_at_once(acts: tuple[Act, ...]) -> list[int]:
    down: set[str] = set()
    counts = []
    for act in acts:
        (down.add if act.deed is Deed.KILL else down.discard)(act.victim)
        counts.append(len(down))
    return counts
