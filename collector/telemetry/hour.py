"""What a number came to in an hour, and many such hours side by side. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple


class Hour(NamedTuple):
    """What one number came to in one hour."""

    samples: int
    low: float
    high: float
    mean: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of one number in order of time: the fields of ``Hour``, each as a list.

    Months are drawn or sent field by field; an object for each hour costs more than reading it.
    """

    hours: list[int]  # since 1970
    samples: list[int]
    low: list[float]
    high: list[float]
    mean: list[float]
    last: list[float]

    def each(self) -> Iterator[tuple[int, Hour]]:
        """``(hour since 1970, what it came to)``."""
        fields = (self.samples, self.low, self.high, self.mean, self.last)
        return zip(self.hours, map(Hour, *fields), strict=True)

    def between(self, first: int, last: int) -> Hours:
        """Those from ``first`` to ``last``, both included."""
        part = slice(bisect_left(self.hours, first), bisect_left(self.hours, last + 1))
        return Hours(
            hours=self.hours[part],
            samples=self.samples[part],
            low=self.low[part],
            high=self.high[part],
            mean=self.mean[part],
            last=self.last[part],
        )


def side_by_side(found: Mapping[int, Hour]) -> Hours:
    """Hours by their number since 1970, put in order."""
    hours = sorted(found)
    own = [found[hour] for hour in hours]
    return Hours(
        hours=hours,
        samples=[one.samples for one in own],
        low=[one.low for one in own],
        high=[one.high for one in own],
        mean=[one.mean for one in own],
        last=[one.last for one in own],
    )


def one_after_another(parts: Iterable[Hours]) -> Hours:
    """The hours of parts each of which is later than those before it."""
    own = tuple(parts)
    return Hours(
        hours=list(chain.from_iterable([one.hours for one in own])),
        samples=list(chain.from_iterable([one.samples for one in own])),
        low=list(chain.from_iterable([one.low for one in own])),
        high=list(chain.from_iterable([one.high for one in own])),
        mean=list(chain.from_iterable([one.mean for one in own])),
        last=list(chain.from_iterable([one.last for one in own])),
    )
