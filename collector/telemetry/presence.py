"""When readings of each family came, and what they were worth: of values nothing is made. Pure.

A day of 25 readings every five minutes is 7,200 samples; their times by family and quality are
some twenty sets, which is what a page over 30 days can wait for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from collector.telemetry.samples import Samples, second_of
from shared.columns import Columns, chosen_of, seconds_of
from shared.reading import Quality

# Seconds since 1970 at which a reading of this family and quality was taken.
Presence: TypeAlias = dict[tuple[str, Quality], set[int]]


def family_of(name: str) -> str:
    """The family of a reading or of a fault code: what stands before its first dot."""
    return name.partition(".")[0]


def of_tables(tables: Iterable[Columns]) -> Presence:
    """What the tables of one device's day say."""
    found: Presence = {}
    for one in tables:
        base_s = second_of(one.base_at)
        seconds = tuple([base_s + at_s for rows in one.devices for at_s in seconds_of(rows)])
        always = set()  # of these families every row is known already
        for column in one.columns:
            key = (family_of(column.name), _worth(column.quality, column.cause))
            if key in always:
                continue
            found.setdefault(key, set()).update(
                chosen_of(column, seconds) if column.runs else seconds
            )
            if not column.runs:
                always.add(key)
    return found


def of_samples(samples: Samples) -> Presence:
    """The same of samples."""
    found: Presence = {}
    for name, by_second in samples.items():
        for second, sample in by_second.items():
            worth = _worth(sample.kind.quality, sample.kind.cause)
            found.setdefault((family_of(name), worth), set()).add(second)
    return found


def add(into: Presence, more: Presence) -> None:
    """Add what another part of the time says."""
    for key, seconds in more.items():
        into.setdefault(key, set()).update(seconds)


def _worth(quality: Quality, cause: str) -> Quality:
    """A fact with a cause is that of a failure, such as that nothing answered."""
    return Quality.FAILED if quality is Quality.GOOD and cause else quality


def families_in(presence: Presence) -> Iterator[str]:
    """The families that told anything."""
    yield from sorted({family for family, _ in presence})
