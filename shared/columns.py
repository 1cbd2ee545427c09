"""Telemetry as columns: one table of samples a batch, differences instead of values. Pure.

A row is one device at one second; a column is one reading's name with one unit and one quality,
so that what seldom changes is said once. Figures: ``durability.wire_*``.

Nothing is lost but what no trend needs: times are kept to the second, numbers with a fraction to
six significant digits. Evidence carries readings as they were taken.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec

from shared import series
from shared.limits import IDENTIFIER, Name, Number, Text
from shared.moment import Moment
from shared.reading import Quality, Reading, Value
from shared.series import MAX_VALUES, Series, Step

MAX_ROWS: Final = MAX_VALUES
MAX_COLUMNS: Final = 4096
MAX_CELLS: Final = 200_000  # a constant column is a few bytes, whatever it unfolds to
MAX_EXPONENT: Final = 9
_SECOND: Final = timedelta(seconds=1)
_OUT_OF_TIME_S: Final = 10**10  # three centuries either way

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MAX_ROWS)]
Place = TypeVar("Place")


class Form(enum.IntEnum):
    """How a column's values are written."""

    NOTHING = 0  # no value: the quality says why
    WHOLE = 1  # ``first`` and ``steps`` are integers
    DECIMAL = 2  # the same, in units of 10^-exponent
    REAL = 3  # ``reals`` as they are: no short decimal gives them back
    FLAG = 4  # the integers are 0 and 1
    WORD = 5  # the integers are places in ``words``


_IDENTIFIER: Final = re.compile(IDENTIFIER)
_PLACES: Final = (Form.FLAG, Form.WORD)
_NO_STEPS: Final = Series()  # the value before, again and again
# Looked through and not hashed: the hash of an enum is a call of Python, of which 25 a message.
INTEGERS: Final = (Form.WHOLE, Form.DECIMAL, Form.FLAG, Form.WORD)


class Column(msgspec.Struct, frozen=True, array_like=True):
    """The values of one name in the rows that ``runs`` choose.

    ``runs`` counts rows passed over and rows taken, in turn; empty means every row. ``first`` is
    the first value and ``steps`` the difference of each later one to the value before.
    """

    name: Name
    unit: Annotated[str, msgspec.Meta(max_length=16)]
    quality: Quality
    form: Form
    exponent: Annotated[int, msgspec.Meta(ge=0, le=MAX_EXPONENT)] = 0
    runs: Annotated[tuple[Count, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    reals: Annotated[tuple[Number, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    words: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    cause: Annotated[str, msgspec.Meta(max_length=64)] = ""
    raw: Text = ""
    detail: Text = ""
    # Last, so that all before it is one match of the compressor.
    first: Step = 0
    steps: Series = Series()


class Rows(msgspec.Struct, frozen=True, array_like=True):
    """The rows of one device: the first ``start_s`` after ``base_at``, the others by ``steps``.

    A step is the number of seconds since the row before, less ``pace_s``.
    """

    device_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # an Identifier
    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROWS)]
    start_s: Step
    pace_s: Step = 0
    steps: Series = Series()


class Columns(msgspec.Struct, frozen=True, array_like=True, tag="columns"):
    """One batch of telemetry; rows stand by device, then by time."""

    sent_at: Moment
    base_at: Moment
    devices: Annotated[tuple[Rows, ...], msgspec.Meta(max_length=1024)]
    columns: Annotated[tuple[Column, ...], msgspec.Meta(max_length=MAX_COLUMNS)]

    def __post_init__(self) -> None:
        """Refuse a table whose parts do not fit each other; ValueError names the part."""
        count = _check_rows(self.devices)
        cells = 0
        for column in self.columns:
            form = column.form
            if (
                count
                and column.quality is Quality.GOOD
                and form in INTEGERS
                and not column.runs
                and not column.reals
            ):
                if column.steps != _NO_STEPS:
                    series.check(column.steps, count - 1)
                if form in _PLACES:
                    _check_places(column, count)
                cells += count
            else:
                _check(column, count)
                cells += count_of(column, count)
        if cells > MAX_CELLS:
            raise ValueError(f"more than {MAX_CELLS} readings")


class RowsOf(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The head of :class:`Rows`."""

    device_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Outline(msgspec.Struct, frozen=True, array_like=True, tag="columns"):
    """A batch as far as ingest needs it: whose rows it brings.

    Checking 400 values costs more than storing them; whoever reads them does it (:class:`Columns`),
    and sets aside a batch whose parts do not fit.
    """

    sent_at: Moment
    base_at: Moment
    devices: Annotated[tuple[RowsOf, ...], msgspec.Meta(max_length=1024)]
    columns: msgspec.Raw

    def __post_init__(self) -> None:
        """Refuse what names no device; ValueError shows it."""
        _check_names(tuple([rows.device_id for rows in self.devices]))


@lru_cache(maxsize=4096)
def _check_names(device_ids: tuple[str, ...]) -> None:
    """Remembered whole, because an agent names the same devices in each of its batches."""
    for device_id in device_ids:
        if not _is_identifier(device_id):
            raise ValueError(f"{device_id!r} is no device id")


@lru_cache(maxsize=65_536)
def _is_identifier(text: str) -> bool:
    """Remembered, because the same devices come again and again and a pattern takes longer."""
    return _IDENTIFIER.match(text) is not None


def _check_rows(devices: tuple[Rows, ...]) -> int:
    """How many rows there are; ValueError for a name or a time that is none."""
    count = sum([rows.count for rows in devices])
    if count > MAX_ROWS:
        raise ValueError(f"more than {MAX_ROWS} rows")
    # Most rows stand alone: what cannot be wrong there is not looked at, for a collector reads
    # thousands of these a second.
    for rows in devices:
        if not _is_identifier(rows.device_id):
            raise ValueError(f"{rows.device_id!r} is no device id")
        if rows.count > 1 or rows.steps != _NO_STEPS or abs(rows.start_s) > _OUT_OF_TIME_S:
            _check_times(rows)
    return count


def _check_times(rows: Rows) -> None:
    steps, count = rows.steps, rows.count
    series.check(steps, count - 1)
    if steps.radix == 1:  # at one pace: the last row is the furthest
        last_s = rows.start_s + (count - 1) * (rows.pace_s + steps.low)
        is_in_time = abs(rows.start_s) <= _OUT_OF_TIME_S and abs(last_s) <= _OUT_OF_TIME_S
    else:
        is_in_time = all([abs(second) <= _OUT_OF_TIME_S for second in seconds_of(rows)])
    if not is_in_time:
        raise ValueError(f"a time of {rows.device_id} is out of range")


def _check(column: Column, rows: int) -> None:
    count = count_of(column, rows)
    if sum(column.runs) > rows:
        raise ValueError(f"column {column.name} is longer than its table")
    series.check(column.steps, count - 1 if column.form in INTEGERS and count else 0)
    if len(column.reals) != (count if column.form is Form.REAL else 0):
        raise ValueError(f"column {column.name} has not as many values as rows")
    if (column.form is Form.NOTHING) == (column.quality is Quality.GOOD):
        raise ValueError(f"column {column.name} has values without being good, or the reverse")
    if column.form in _PLACES and count:
        _check_places(column, count)


def _check_places(column: Column, count: int) -> None:
    """Flags are 0 or 1; words are places in the list of words."""
    is_constant = column.steps == _NO_STEPS
    places = (column.first,) if is_constant else integers_of(column, count)
    limit = 2 if column.form is Form.FLAG else len(column.words)
    if min(places) < 0 or max(places) >= limit:
        raise ValueError(f"column {column.name} points outside of its words")


# --- reading ---------------------------------------------------------------------------------


def unfold(batch: Columns) -> Iterator[tuple[str, Reading]]:
    """The readings of a batch, column by column; times are whole seconds."""
    places = tuple(rows_of(batch))
    for column in batch.columns:
        values = values_of(column, count_of(column, len(places)))
        for (device, at), value in zip(chosen_of(column, places), values, strict=True):
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
    for rows in batch.devices:
        for second in seconds_of(rows):
            yield rows.device_id, batch.base_at + second * _SECOND


def seconds_of(rows: Rows) -> Iterator[int]:
    """Seconds from ``base_at`` to each row of one device."""
    steps = series.read(rows.steps, rows.count - 1)
    return accumulate((step + rows.pace_s for step in steps), initial=rows.start_s)


def count_of(column: Column, rows: int) -> int:
    """How many of the table's rows the column has a value, or a reason, for."""
    return sum(column.runs[1::2]) if column.runs else rows


def chosen_of(column: Column, places: tuple[Place, ...]) -> Iterator[Place]:
    """Those of the table's rows that the column speaks of."""
    if not column.runs:
        yield from places
    at = 0
    for passed, taken in zip(column.runs[::2], column.runs[1::2], strict=False):
        at += passed
        yield from places[at : at + taken]
        at += taken


def values_of(column: Column, count: int) -> Iterable[Value]:
    """The values of a column, one for each of the ``count`` rows it has."""
    match column.form:
        case Form.NOTHING:
            return (None,) * count
        case Form.REAL:
            return column.reals
        case Form.WHOLE:
            return integers_of(column, count)
        case Form.DECIMAL:
            return [unscale(number, column.exponent) for number in integers_of(column, count)]
        case Form.FLAG:
            return [bool(number) for number in integers_of(column, count)]
        case Form.WORD:
            return [column.words[place] for place in integers_of(column, count)]


def integers_of(column: Column, count: int) -> list[int]:
    """The integers behind the values of a column."""
    if not count:
        return []
    return list(accumulate(series.read(column.steps, count - 1), initial=column.first))


def unscale(number: int, exponent: int) -> float:
    """The decimal that an integer stands for."""
    return float(number / 10**exponent)
