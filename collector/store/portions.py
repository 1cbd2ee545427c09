"""Many keys in questions of a size that every database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

AT_ONCE: Final = 1000  # values in one question: SQLite takes 32,766, PostgreSQL 65,535


def portions(items: Iterable[T], size: int = AT_ONCE) -> Iterator[tuple[T, ...]]:
    """The items in order, ``size`` at a time."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some
