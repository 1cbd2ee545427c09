"""The contract's batch rule, in whole numbers: more than one unit in fifty has failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ONE_IN: Final = 50  # "> 2 %" as a ratio of integers: breach iff 50 x failed > delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """How a batch stands against the rule; it can only get worse, since failures only add up."""

    failed: int
    needed: int
    breached: bool
    small_lot: bool


def judge(*, failed: int, delivered: int, one_in: int = ONE_IN) -> Contract:
    """Judge confirmed failures of ``delivered`` units; ValueError for negative counts."""
    if failed < 0 or delivered < 0:
        raise ValueError("counts are not negative")
    return Contract(
        failed=failed,
        needed=delivered // one_in + 1,
        breached=one_in * failed > delivered,
        small_lot=delivered < one_in,
    )
