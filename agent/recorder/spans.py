"""Stretches of time as (begin, end) in seconds since 1970: union, difference, length; pure.

A list of spans is sorted and its members neither touch nor overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[float, float]


def union(spans: Iterable[Span]) -> list[Span]:
    """All that is in any of them; empty and backward ones count for nothing."""
    merged: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def minus(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is in ``spans`` and not in ``taken``; both as ``union`` gives them."""
    left: list[Span] = []
    first = 0
    for begin, end in spans:
        while first < len(taken) and taken[first][1] <= begin:
            first += 1
        at = begin
        for hole_begin, hole_end in taken[first:]:
            if hole_begin >= end:
                break
            if hole_begin > at:
                left.append((at, hole_begin))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return left


def both(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What is in both of them."""
    return minus(spans, minus(spans, others))


def within(spans: Iterable[Span], begin: float, end: float) -> list[Span]:
    """What of them lies in one span."""
    return union((max(first, begin), min(last, end)) for first, last in spans)


def length(spans: Iterable[Span]) -> float:
    """Seconds in all of them together."""
    return sum(end - begin for begin, end in spans)
