"""How much goes into one commit, and how long agents are asked to wait. Pure."""

from __future__ import annotations

from typing import Final

FEWEST_FRAMES: Final = 50
MOST_FRAMES: Final = 1000
COMMIT_S: Final = 0.5  # a commit shall take no longer: others wait for the store, receipts too
FULL_FROM: Final = 0.5  # of the backlog; below, the collector keeps up
SHORTEST_S: Final = 5.0
LONGEST_S: Final = 60.0  # so that faults flow within a minute after the trouble is over


def next_batch_frames(limit: int, *, frames: int, took_s: float) -> int:
    """The bound of the next batch: doubled while full ones are quick, halved when one was slow."""
    if took_s > COMMIT_S:
        return max(FEWEST_FRAMES, min(limit, frames) // 2)
    if frames >= limit and took_s < COMMIT_S / 2:
        return min(MOST_FRAMES, limit * 2)
    return limit


def retry_after_s(*, trouble_s: float | None, fill: float) -> float:
    """How long agents shall hold their rows back; 0 while all is well.

    ``trouble_s``: for how long the store has taken nothing (None: it takes). ``fill``: how full
    the backlog is, 0 to 1. Bounded; the jitter is the agents' own.
    """
    if trouble_s is not None:
        return min(LONGEST_S, max(SHORTEST_S, trouble_s / 2))
    if fill < FULL_FROM:
        return 0.0
    part = min(1.0, (fill - FULL_FROM) / (1.0 - FULL_FROM))
    return SHORTEST_S + part * (LONGEST_S - SHORTEST_S)
