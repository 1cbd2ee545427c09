"""When who dies, and for how long: a plan by seed. Pure."""

from __future__ import annotations

import enum
import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final


class Deed(enum.Enum):
    """What is done to a process."""

    KILL = "kill -9"
    START = "start"


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One deed at its time, counted from the start of the plan."""

    at_s: float
    victim: str
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How long a victim may live before the next blow, from the moment it is started."""

    shortest_s: float
    longest_s: float


_STAYS_DOWN: Final = 0.4  # of all blows; the others are followed by a start at once
_DOWN_S: Final = (0.2, 2.5)


def make_plan(lives: Sequence[tuple[str, Life]], *, kills: int, seed: int) -> tuple[Act, ...]:
    """So many kills over all victims, each with the start that follows, in the order of time.

    Every victim lives by dice of its own, so deaths overlap: two or more may be down at once.
    """
    streams = [_life(name, life, random.Random(f"{seed}:{name}")) for name, life in lives]
    acts: list[Act] = []
    left = kills
    for act in heapq.merge(*streams):
        if act.deed is Deed.KILL:
            if left == 0:
                break
            left -= 1
        acts.append(act)
    down = {act.victim for act in acts} - _alive_after(acts)
    end_s = acts[-1].at_s if acts else 0.0
    return (*acts, *(Act(end_s, victim, Deed.START) for victim in sorted(down)))


def _life(victim: str, life: Life, dice: random.Random) -> Iterator[Act]:
    at_s = 0.0
    while True:
        at_s += dice.uniform(life.shortest_s, life.longest_s)
        yield Act(at_s, victim, Deed.KILL)
        if dice.random() < _STAYS_DOWN:
            at_s += dice.uniform(*_DOWN_S)
        yield Act(at_s, victim, Deed.START)


def _alive_after(acts: Sequence[Act]) -> set[str]:
    last = {act.victim: act.deed for act in acts}
    return {victim for victim, deed in last.items() if deed is Deed.START}
