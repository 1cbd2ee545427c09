"""Roll-ups by hour: count, lowest, highest, mean and last of each number of a day. Pure.

Numbers with a short decimal are kept as whole steps of it, so that a mean is exact and small
differences take one byte: highest, last and total are told from the lowest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from typing import Annotated, Final

import msgspec

from collector.telemetry.hour import Hour, Hours
from collector.telemetry.samples import DAY_S, HOUR_S, Samples, numbers_of
from shared.limits import Name

_MAX_EXPONENT: Final = 9
_MAX_STEPS: Final = 2**40  # times the samples of an hour this stays a 64-bit number
_NO_DECIMAL: Final = -1


class HourColumn(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The hours of one name; ``numbers`` holds five rows as ``Hour`` has fields.

    With an exponent these are whole numbers in units of 10^-exponent: lows as differences to the
    hour before, highs, totals (of the samples' distances) and lasts as distances to the low.
    Exponent -1: no short decimal, numbers as they are, with the mean in place of the total.
    """

    name: Name
    unit: Annotated[str, msgspec.Meta(max_length=16)]
    hours: Annotated[int, msgspec.Meta(ge=0, lt=2**24)]  # bit n: hour n of the day has samples
    exponent: Annotated[int, msgspec.Meta(ge=_NO_DECIMAL, le=_MAX_EXPONENT)]
    counts: tuple[int, ...]
    lows: tuple[int | float, ...]
    highs: tuple[int | float, ...]
    totals: tuple[int | float, ...]
    lasts: tuple[int | float, ...]


class HourColumnHead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The head of :class:`HourColumn`."""

    name: Name
    unit: Annotated[str, msgspec.Meta(max_length=16)]


def roll_up(samples: Samples) -> tuple[HourColumn, ...]:
    """Roll up every name that has good numbers."""
    columns = []
    for name, by_second in sorted(samples.items()):
        numbers = numbers_of(by_second)
        if numbers:
            unit = by_second[max(numbers)].kind.unit
            columns.append(_write(name, unit, numbers))
    return tuple(columns)


def hours_of(numbers: dict[int, float]) -> dict[int, Hour]:
    """Roll up numbers by second directly: by the hour since 1970."""
    return {
        hour: Hour(
            samples=len(values),
            low=min(values),
            high=max(values),
            mean=sum(values) / len(values),
            last=values[-1],
        )
        for hour, values in _by_hour(numbers).items()
    }


def read_hours(column: HourColumn, *, day: int) -> Hours:
    """The hours of a column of the day."""
    first = day * DAY_S // HOUR_S
    hours = [first + number for number in range(24) if column.hours >> number & 1]
    counts = list(column.counts)
    if column.exponent == _NO_DECIMAL:
        return Hours(
            hours=hours,
            samples=counts,
            low=list(map(float, column.lows)),
            high=list(map(float, column.highs)),
            mean=list(map(float, column.totals)),
            last=list(map(float, column.lasts)),
        )
    unit, lows = 10**column.exponent, list(accumulate(column.lows))
    totals = zip(lows, counts, column.totals, strict=True)
    return Hours(
        hours=hours,
        samples=counts,
        low=[low / unit for low in lows],
        high=[(low + high) / unit for low, high in zip(lows, column.highs, strict=True)],
        mean=[(low * count + total) / (count * unit) for low, count, total in totals],
        last=[(low + last) / unit for low, last in zip(lows, column.lasts, strict=True)],
    )


def keep(
    before: Iterable[HourColumn], found: Sequence[HourColumn], *, day: int
) -> tuple[HourColumn, ...]:
    """``found``, and of ``before`` the hours that it does not speak of."""
    columns = {column.name: column for column in found}
    for old in before:
        new = columns.get(old.name)
        if new is None:
            columns[old.name] = old
        elif old.hours & ~new.hours:
            hours = dict(read_hours(old, day=day).each()) | dict(read_hours(new, day=day).each())
            rows = [hours[hour] for hour in sorted(hours)]
            counts, lows, highs, means, lasts = zip(*rows, strict=True)
            columns[old.name] = HourColumn(
                new.name,
                new.unit,
                old.hours | new.hours,
                _NO_DECIMAL,
                *(counts, lows, highs, means, lasts),
            )
    return tuple(columns[name] for name in sorted(columns))


def _by_hour(numbers: dict[int, float]) -> dict[int, list[float]]:
    seconds = sorted(numbers)
    values = list(map(numbers.__getitem__, seconds))
    found: dict[int, list[float]] = {}
    begin = 0
    while begin < len(seconds):
        hour = seconds[begin] // HOUR_S
        end = bisect_left(seconds, (hour + 1) * HOUR_S, begin)
        found[hour] = values[begin:end]
        begin = end
    return found


def _write(name: str, unit: str, numbers: dict[int, float]) -> HourColumn:
    exponent = _exponent_of(numbers.values())
    mask = 0
    rows: list[tuple[int, int | float, int | float, int | float, int | float]] = []
    before = 0
    for hour, values in _by_hour(numbers).items():
        mask |= 1 << hour % 24
        if exponent == _NO_DECIMAL:
            mean = sum(values) / len(values)
            rows.append((len(values), min(values), max(values), mean, values[-1]))
            continue
        unit_steps = 10**exponent
        steps = [round(value * unit_steps) for value in values]
        low = min(steps)
        distances = sum(steps) - low * len(steps)
        rows.append((len(steps), low - before, max(steps) - low, distances, steps[-1] - low))
        before = low
    counts, lows, highs, totals, lasts = zip(*rows, strict=True)
    return HourColumn(name, unit, mask, exponent, counts, lows, highs, totals, lasts)


def _exponent_of(values: Collection[float]) -> int:
    """How many digits behind the point bring every value back; -1 when too many."""
    digits = 0
    for value in () if all(map(float.is_integer, values)) else set(values):
        whole, _, fraction = repr(value).partition(".")
        if "e" in whole or "e" in fraction:
            return _NO_DECIMAL
        digits = max(digits, 0 if fraction == "0" else len(fraction))
    if digits > _MAX_EXPONENT or max(map(abs, values)) * 10**digits > _MAX_STEPS:
        return _NO_DECIMAL
    return digits
