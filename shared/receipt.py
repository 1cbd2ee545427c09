"""Receipts: the collector's word after its commit, in ranges because priorities leave gaps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec

from shared.identity import Epoch
from shared.limits import Identifier, Seconds, Seq, Text
from shared.moment import Moment


class SeqRange(msgspec.Struct, frozen=True, array_like=True, order=True):
    """First and last seq, both included."""

    first: Seq
    last: Seq

    def __post_init__(self) -> None:
        """Refuse a range that runs backwards."""
        if self.last < self.first:
            raise ValueError("a range ends before it begins")


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """A row that was quarantined: it is the collector's now, and need not come again."""

    seq: Seq
    reason: Text


class Receipt(msgspec.Struct, frozen=True, array_like=True, tag="receipt"):
    """What is safe at the collector; the only thing that marks an outbox row as delivered."""

    epoch: Epoch
    generation: Identifier  # of the collector's store; a new one means: send kept rows again
    collector_at: Moment
    ranges: Annotated[tuple[SeqRange, ...], msgspec.Meta(max_length=256)] = ()
    refused: Annotated[tuple[Refused, ...], msgspec.Meta(max_length=64)] = ()
    retry_after_s: Seconds = 0.0


def ranges_of(seqs: Iterable[int]) -> tuple[SeqRange, ...]:
    """Fold seqs into the fewest ranges, in order; duplicates fall together."""
    ranges: list[list[int]] = []
    for seq in sorted(set(seqs)):
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1][1] = seq
        else:
            ranges.append([seq, seq])
    return tuple(SeqRange(first, last) for first, last in ranges)
