"""Rises and falls of a gauge beyond its noise: the sum of moves between turning points; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOISE_PERCENT: Final = 2.0
"""A gauge in whole percent flickers by one; two are a move. What a turn is smaller than this is
lost on neither side: it is counted once the gauge has gone on beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where the gauge turned last, and which way it goes (1, -1; 0: not known yet)."""

    extreme: float | None = None
    trend: int = 0


def follow(turn: Turn, charge: float) -> tuple[Turn, float, float]:
    """The turn after this value, and by how much the gauge has risen and fallen since."""
    if turn.extreme is None:
        return Turn(extreme=charge), 0.0, 0.0
    move = charge - turn.extreme
    goes_on = move * turn.trend > 0
    if not goes_on and abs(move) < NOISE_PERCENT:
        return turn, 0.0, 0.0
    after = Turn(extreme=charge, trend=1 if move > 0 else -1)
    return after, max(0.0, move), max(0.0, -move)
