"""Days of a device with what came: open ones grow by a part, those that are over are packed.

A day is open while it lasts: each merge adds a part to it and nothing of it is read. When it is
over it is packed as a whole, once, and gets its roll-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collector.store.telemetry import Day
from collector.telemetry.day import (
    DamagedDayError,
    append,
    are_whole,
    hours_are_whole,
    pack,
    unpack,
    unpack_hours,
)
from collector.telemetry.hours import HourColumn, keep
from collector.telemetry.samples import Samples, merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A day as it will be written, and what of it did not read back, each with the reason."""

    day: Day
    damaged: tuple[tuple[bytes, str], ...] = ()


def merge_days(
    fresh: Mapping[int, Samples], known: Mapping[int, Day], *, over: int
) -> tuple[Merged, ...]:
    """Every day that changes; days up to ``over`` are over, ``known`` ones are in the store."""
    changed = []
    for number in sorted(fresh.keys() | known.keys()):
        day, own = known.get(number), fresh.get(number, {})
        is_open = day is None or day.is_open
        if is_open and number > over:
            if own:
                changed.append(_grown(number, day, own))
        elif own or is_open:
            changed.append(close(day, own, number=number))
    return tuple(changed)


def close(day: Day | None, own: Samples, *, number: int) -> Merged:
    """Pack a day as a whole. Hours that no sample speaks of any more stay as they were.

    What does not read back is set aside. Damaged roll-ups follow anew from the samples; a day that
    lost samples says so for ever.
    """
    damaged: list[tuple[bytes, str]] = []
    whole: Samples = {}
    if day is not None and day.points is not None:
        try:
            whole = unpack(day.points)
        except DamagedDayError as error:
            damaged.append((day.points, str(error)))
    merge(whole, own)
    before: tuple[HourColumn, ...] = ()
    if day is not None and not day.is_open:
        try:
            before = unpack_hours(day.hours)
        except DamagedDayError as error:
            damaged.append((day.hours, str(error)))
    packed = pack(
        whole,
        day=number,
        hours=lambda found: keep(before, found, day=number),
        is_whole=day is None or _is_whole(day),
    )
    return _merged(number, day, hours=packed.hours, points=packed.points, damaged=damaged)


def _is_whole(day: Day) -> bool:
    """Whether no sample of a day was lost; of one past its keeping time the roll-ups say it."""
    return hours_are_whole(day.hours) if day.points is None else are_whole(day.points)


def _grown(number: int, day: Day | None, own: Samples) -> Merged:
    """An open day with one more part."""
    damaged: list[tuple[bytes, str]] = []
    before = day.points if day is not None else None
    try:
        points = append(before, own, day=number)
    except DamagedDayError as error:
        damaged.append((before or b"", str(error)))
        points = append(None, own, day=number, is_whole=False)
    return _merged(number, day, hours=b"", points=points, damaged=damaged)


def _merged(
    number: int,
    day: Day | None,
    *,
    hours: bytes,
    points: bytes,
    damaged: list[tuple[bytes, str]],
) -> Merged:
    revision = day.revision if day is not None else 0
    written = Day(day=number, revision=revision, hours=hours, points=points)
    return Merged(day=written, damaged=tuple(damaged))
