"""What a cut came to, and the seeds that make it happen again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

LIVES: Final = 3  # cuts in a row by one seed: the second hits what the first left
LATEST_CUT: Final = 300  # changes and syncs before the power goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One power cut: what had been promised before it, and what was found after it."""

    promised: int  # rows whose put, or whose receipt, had returned
    taken: int  # unsynced changes that the cut lost or tore
    lost: tuple[str, ...]  # promises that were not kept, in words; none is as it must be


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Many cuts together."""

    cuts: int
    promised: int
    in_flight: int  # cuts that lost or tore something; without them the run means nothing
    lost: int
    losing: int  # cuts that broke a promise
    first: str  # the first broken promise, with its seed


def first_seed() -> int:
    """``LAB_SEED`` from the environment, so that what failed can be run again; else 1."""
    return int(os.environ.get("LAB_SEED", "1"))


def run(cuts: int, one_seed: Callable[[int], Iterable[Cut]], *, seed: int | None = None) -> Tally:
    """Cut the power so often; ``one_seed`` makes :data:`LIVES` cuts of one seed."""
    made: list[tuple[int, Cut]] = []
    number = first_seed() if seed is None else seed
    while len(made) < cuts:
        made.extend((number, cut) for cut in one_seed(number))
        number += 1
    made = made[:cuts]
    broken = [(where, cut) for where, cut in made if cut.lost]
    return Tally(
        cuts=len(made),
        promised=sum(cut.promised for _, cut in made),
        in_flight=sum(cut.taken > 0 for _, cut in made),
        lost=sum(len(cut.lost) for _, cut in made),
        losing=len(broken),
        first=f"LAB_SEED={broken[0][0]}: {broken[0][1].lost[0]}" if broken else "",
    )
