"""Ranges of seqs are sets of rows, written shortly."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.store.seq_ranges import covers, union
from shared.receipt import SeqRange

RANGES = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 8)).map(
        lambda pair: SeqRange(pair[0], pair[0] + pair[1])
    )
)


def rows(ranges: list[SeqRange]) -> set[int]:
    """Every row of them."""
    return {seq for one in ranges for seq in range(one.first, one.last + 1)}


@given(RANGES)
def test_a_union_has_the_same_rows_in_the_fewest_ranges(ranges: list[SeqRange]) -> None:
    """Nothing is gained or lost, and no two ranges touch."""
    joined = union(ranges)
    assert rows(joined) == rows(ranges)
    assert all(a.last + 1 < b.first for a, b in pairwise(joined))


@given(RANGES, st.integers(1, 60), st.integers(0, 8))
def test_a_range_is_covered_when_each_of_its_rows_is(
    ranges: list[SeqRange], first: int, more: int
) -> None:
    """Covered means by every row, not by both ends."""
    wanted = SeqRange(first, first + more)
    assert covers(union(ranges), wanted) == (rows([wanted]) <= rows(ranges))
