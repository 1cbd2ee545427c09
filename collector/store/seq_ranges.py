"""Ranges of seqs as sets of rows. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from shared.receipt import SeqRange


def union(ranges: Iterable[SeqRange]) -> list[SeqRange]:
    """The same rows by the fewest ranges, in order."""
    joined: list[SeqRange] = []
    for one in sorted(ranges):
        if joined and one.first <= joined[-1].last + 1:
            joined[-1] = SeqRange(joined[-1].first, max(joined[-1].last, one.last))
        else:
            joined.append(one)
    return joined


def covers(known: Sequence[SeqRange], wanted: SeqRange) -> bool:
    """Whether one of ``known``, a union, has every row of ``wanted``."""
    at = bisect_right(known, wanted.first, key=lambda one: one.first) - 1
    return at >= 0 and known[at].last >= wanted.last
