"""Telemetry as columns: one table of samples a batch, differences instead of values. Pure.

A row is one device at one second; a column is one reading's name with one unit and one quality,
so that what seldom changes is said once. Measured on one camera with 25 readings every five
minutes: 2.8 KB a day in batches of six hours, against 131 KB as one JSON message each time.

Nothing is lost but what no trend needs: times are kept to the second, numbers with a fraction to
six significant digits. Evidence carries readings as they were taken.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Annotated, Final, TypeAlias

import msgspec

from shared.limits import Identifier, Name, Number, Text
from shared.moment import Moment
from shared.reading import Quality, Reading, Value

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 4096
MAX_EXPONENT: Final = 9
_SIGNIFICANT_DIGITS: Final = 6
_SECOND: Final = timedelta(seconds=1)
_OUT_OF_TIME_S: Final = 10**10  # three centuries either way

# A difference of two whole numbers in range may be twice as large as either.
Step: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**54), le=2**54)]
Steps: TypeAlias = Annotated[tuple[Step, ...], msgspec.Meta(max_length=MAX_ROWS)]
Counts: TypeAlias = Annotated[
    tuple[Annotated[int, msgspec.Meta(ge=0, le=MAX_ROWS)], ...], msgspec.Meta(max_length=MAX_ROWS)
]


class Form(enum.IntEnum):
    """How a column's values are written."""

    NOTHING = 0  # no value: the quality says why
    WHOLE = 1  # ``numbers`` are differences of integers
    DECIMAL = 2  # the same, in units of 10^-exponent
    REAL = 3  # ``reals`` as they are: no short decimal gives them back
    FLAG = 4  # ``numbers`` are 0 and 1
    WORD = 5  # ``numbers`` are places in ``words``


class Column(msgspec.Struct, frozen=True, array_like=True):
    """The values of one name in the rows that ``runs`` choose.

    ``runs`` counts rows passed over and rows taken, in turn; empty means every row. ``numbers``
    holds the first value, then the difference to the value before.
    """

    name: Name
    unit: Annotated[str, msgspec.Meta(max_length=16)]
    quality: Quality
    form: Form
    runs: Counts = ()
    numbers: Steps = ()
    exponent: Annotated[int, msgspec.Meta(ge=0, le=MAX_EXPONENT)] = 0
    reals: Annotated[tuple[Number, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    words: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    cause: Annotated[str, msgspec.Meta(max_length=64)] = ""
    raw: Text = ""
    detail: Text = ""


class Columns(msgspec.Struct, frozen=True, array_like=True, tag="columns"):
    """One batch of telemetry; rows stand by device, then by time.

    ``times`` holds seconds: from ``base_at`` to a device's first row, from there to its second,
    and from then on by how much each step differs from the one before.
    """

    sent_at: Moment
    base_at: Moment
    devices: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=1024)]
    rows: Counts  # by device
    times: Steps
    columns: Annotated[tuple[Column, ...], msgspec.Meta(max_length=MAX_COLUMNS)]

    def __post_init__(self) -> None:
        """Refuse a table whose parts do not fit each other; ValueError names the part."""
        count = sum(self.rows)
        if len(self.rows) != len(self.devices) or count != len(self.times) or count > MAX_ROWS:
            raise ValueError("devices, rows and times do not fit")
        if any(abs(second) > _OUT_OF_TIME_S for _, second in _seconds_of(self)):
            raise ValueError("a time is out of range")
        for column in self.columns:
            _check(column, count)


def _check(column: Column, rows: int) -> None:
    runs = column.runs
    taken = sum(runs[1::2]) if runs else rows
    if sum(runs) > rows:
        raise ValueError(f"column {column.name} is longer than its table")
    numbers = taken if column.form not in (Form.NOTHING, Form.REAL) else 0
    reals = taken if column.form is Form.REAL else 0
    if len(column.numbers) != numbers or len(column.reals) != reals:
        raise ValueError(f"column {column.name} has not as many values as rows")
    if (column.form is Form.NOTHING) == (column.quality is Quality.GOOD):
        raise ValueError(f"column {column.name} has values without being good, or the reverse")
    if column.form in (Form.FLAG, Form.WORD) and numbers:
        places = tuple(accumulate(column.numbers))
        limit = 2 if column.form is Form.FLAG else len(column.words)
        if min(places) < 0 or max(places) >= limit:
            raise ValueError(f"column {column.name} points outside of its words")


# --- writing ---------------------------------------------------------------------------------


def fold(readings: Iterable[tuple[str, Reading]], *, sent_at: datetime) -> Columns:
    """Readings by device, in any order, as one table; ValueError when they are too many."""
    known = list(readings)
    seconds = [int(reading.taken_at.timestamp()) for _, reading in known]
    base_s = min(seconds, default=int(sent_at.timestamp()))
    places: list[tuple[str, int, int]] = []  # device, second, which of that name in that second
    seen: dict[tuple[str, int, str], int] = {}
    for (device, reading), second in zip(known, seconds, strict=True):
        copy = seen.get((device, second, reading.name), 0)
        seen[device, second, reading.name] = copy + 1
        places.append((device, second, copy))
    rows = sorted(set(places))
    number_of = {place: number for number, place in enumerate(rows)}
    by_column: dict[tuple[object, ...], dict[int, Reading]] = {}
    for (_, reading), place in zip(known, places, strict=True):
        by_column.setdefault(_kind_of(reading), {})[number_of[place]] = reading
    devices = sorted({device for device, _, _ in rows})
    counts = [sum(1 for device, _, _ in rows if device == one) for one in devices]
    return Columns(
        sent_at=sent_at,
        base_at=datetime.fromtimestamp(base_s, tz=sent_at.tzinfo),
        devices=tuple(devices),
        rows=tuple(counts),
        times=_write_times([second for _, second, _ in rows], counts, base_s),
        columns=tuple(
            _write_column(cells, rows=len(rows))
            for _, cells in sorted(by_column.items(), key=lambda item: str(item[0]))
        ),
    )


def _kind_of(reading: Reading) -> tuple[object, ...]:
    """What readings of one column share."""
    said = (reading.cause, reading.raw, reading.detail)
    kind = type(reading.value).__name__ if reading.good else ""
    return (reading.name, reading.unit, reading.quality.value, kind, *said)


def _write_times(seconds: Sequence[int], counts: Sequence[int], base_s: int) -> tuple[int, ...]:
    steps: list[int] = []
    first = 0
    for count in counts:
        before, pace = base_s, 0
        for number, second in enumerate(seconds[first : first + count]):
            moved = second - before
            steps.append(moved - pace)
            before, pace = second, moved if number else 0
        first += count
    return tuple(steps)


def _write_column(cells: dict[int, Reading], *, rows: int) -> Column:
    numbers = sorted(cells)
    one = cells[numbers[0]]
    values = [cells[number].value for number in numbers]
    form, steps, exponent, reals, words = _write_values(values, one)
    return Column(
        name=one.name,
        unit=one.unit,
        quality=one.quality,
        form=form,
        runs=_write_runs(numbers, rows=rows),
        numbers=steps,
        exponent=exponent,
        reals=reals,
        words=words,
        cause=one.cause,
        raw=one.raw,
        detail=one.detail,
    )


_Written: TypeAlias = tuple[
    Form, tuple[int, ...], int, tuple[float, ...], tuple[str, ...]
]  # form, numbers, exponent, reals, words


def _write_values(values: Sequence[Value], one: Reading) -> _Written:
    if not one.good or one.value is None:
        return Form.NOTHING, (), 0, (), ()
    if isinstance(one.value, bool):
        return Form.FLAG, _differences([int(bool(value)) for value in values]), 0, (), ()
    if isinstance(one.value, int):
        whole = [value for value in values if isinstance(value, int)]
        return Form.WHOLE, _differences(whole), 0, (), ()
    if isinstance(one.value, str):
        said = [str(value) for value in values]
        places = {word: place for place, word in enumerate(dict.fromkeys(said))}
        return Form.WORD, _differences([places[word] for word in said]), 0, (), tuple(places)
    reals = [
        float(f"{value:.{_SIGNIFICANT_DIGITS}g}") for value in values if isinstance(value, float)
    ]
    for exponent in range(MAX_EXPONENT + 1):
        scaled = [round(real * 10**exponent) for real in reals]
        if all(
            _unscale(number, exponent) == real for number, real in zip(scaled, reals, strict=True)
        ):
            return Form.DECIMAL, _differences(scaled), exponent, (), ()
    return Form.REAL, (), 0, tuple(reals), ()


def _unscale(number: int, exponent: int) -> float:
    return float(number / 10**exponent)


def _differences(values: Sequence[int]) -> tuple[int, ...]:
    return tuple(value - before for before, value in zip((0, *values), values, strict=False))


def _write_runs(taken: Sequence[int], *, rows: int) -> tuple[int, ...]:
    if len(taken) == rows:
        return ()
    runs: list[int] = []
    end = 0  # behind the last row taken
    for number in taken:
        if runs and number == end:
            runs[-1] += 1
        else:
            runs += [number - end, 1]
        end = number + 1
    return tuple(runs)


# --- reading ---------------------------------------------------------------------------------


def unfold(batch: Columns) -> Iterator[tuple[str, Reading]]:
    """The readings of a batch, column by column; times are whole seconds."""
    places = tuple(rows_of(batch))
    for column in batch.columns:
        chosen = places if not column.runs else tuple(_chosen(column.runs, places))
        for (device, at), value in zip(chosen, values_of(column, len(chosen)), strict=True):
            yield (
                device,
                Reading(
                    column.name,
                    value,
                    column.unit,
                    at,
                    column.quality,
                    cause=column.cause,
                    raw=column.raw,
                    detail=column.detail,
                ),
            )


def rows_of(batch: Columns) -> Iterator[tuple[str, datetime]]:
    """Device and time of each row, in order."""
    for device, at_s in _seconds_of(batch):
        yield device, batch.base_at + at_s * _SECOND


def _seconds_of(batch: Columns) -> Iterator[tuple[str, int]]:
    """Device and seconds since ``base_at`` of each row."""
    steps = iter(batch.times)
    for device, count in zip(batch.devices, batch.rows, strict=True):
        at_s = pace = 0
        for number in range(count):
            moved = next(steps) + pace
            at_s += moved
            pace = moved if number else 0
            yield device, at_s


def values_of(column: Column, count: int) -> Iterable[Value]:
    """The values of a column, one for each of the ``count`` rows it has."""
    match column.form:
        case Form.NOTHING:
            return (None,) * count
        case Form.REAL:
            return column.reals
        case Form.WHOLE:
            return accumulate(column.numbers)
        case Form.DECIMAL:
            return (_unscale(number, column.exponent) for number in accumulate(column.numbers))
        case Form.FLAG:
            return (bool(number) for number in accumulate(column.numbers))
        case Form.WORD:
            return (column.words[place] for place in accumulate(column.numbers))


def _chosen(
    runs: Sequence[int], places: Sequence[tuple[str, datetime]]
) -> Iterator[tuple[str, datetime]]:
    at = 0
    for passed, taken in zip(runs[::2], runs[1::2], strict=False):
        at += passed
        yield from places[at : at + taken]
        at += taken
