"""Writing columns: readings in any order, sorted into one table. Pure; ``columns`` reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import sub
from typing import Final, NamedTuple, TypeAlias

from shared import series
from shared.columns import MAX_EXPONENT, Column, Columns, Form, Rows, unscale
from shared.reading import Quality, Reading, Value
from shared.series import Series

_SIGNIFICANT_DIGITS: Final = 6
_LARGEST: Final = 2**53  # so that no difference breaks the bounds of a step

# Device, second since 1970, and which one of that name it is in that second.
Place: TypeAlias = tuple[str, int, int]


class Kind(NamedTuple):
    """What all readings of one column say besides their values."""

    name: str
    unit: str
    quality: Quality
    cause: str
    raw: str
    detail: str


class Cells(NamedTuple):
    """A column before it is written: which rows, counted from 0 and in order, have which values.

    The values are of one type, or all None.
    """

    kind: Kind
    rows: list[int]
    values: list[Value]


def fold(readings: Iterable[tuple[str, Reading]], *, sent_at: datetime) -> Columns:
    """Readings by device as one table; ValueError when they are too many for one."""
    placed = list(_place(readings))
    rows = sorted({place for place, _ in placed})
    number_of = {place: number for number, place in enumerate(rows)}
    cells: dict[tuple[str, ...], dict[int, Reading]] = {}
    for place, reading in placed:
        cells.setdefault(_kind_of(reading), {})[number_of[place]] = reading
    return table(
        {
            device: [second for _, second, _ in places]
            for device, places in groupby(rows, key=lambda place: place[0])
        },
        [_cells_of(cells[kind]) for kind in sorted(cells)],
        sent_at=sent_at,
    )


def table(
    devices: Mapping[str, Sequence[int]], columns: Sequence[Cells], *, sent_at: datetime
) -> Columns:
    """A table of columns: ``devices`` gives the seconds since 1970 of the rows of each.

    ValueError when it is too large for one.
    """
    rows = sum(map(len, devices.values()))
    base_s = min((min(seconds) for seconds in devices.values()), default=int(sent_at.timestamp()))
    return Columns(
        sent_at=sent_at,
        base_at=datetime.fromtimestamp(base_s, tz=UTC),
        devices=tuple([_write_rows(device, own, base_s) for device, own in devices.items()]),
        columns=tuple([_write_column(cells, rows=rows) for cells in columns]),
    )


def _cells_of(readings: dict[int, Reading]) -> Cells:
    rows = sorted(readings)
    one = readings[rows[0]]
    kind = Kind(one.name, one.unit, one.quality, one.cause, one.raw, one.detail)
    return Cells(kind, rows, [readings[row].value for row in rows])


def _place(readings: Iterable[tuple[str, Reading]]) -> Iterable[tuple[Place, Reading]]:
    seen: Counter[tuple[str, int, str]] = Counter()
    for device, reading in readings:
        second = int(reading.taken_at.timestamp() // 1)
        yield (device, second, seen[device, second, reading.name]), reading
        seen[device, second, reading.name] += 1


def _kind_of(reading: Reading) -> tuple[str, ...]:
    """What readings of one column share."""
    kind = type(reading.value).__name__ if reading.good else ""
    said = (reading.cause, reading.raw, reading.detail)
    return (reading.name, reading.unit, reading.quality.value, kind, *said)


def _write_rows(device: str, seconds: Sequence[int], base_s: int) -> Rows:
    steps = list(map(sub, seconds[1:], seconds))
    pace_s = sorted(steps)[len(steps) // 2] if steps else 0
    return Rows(
        device_id=device,
        count=len(seconds),
        start_s=seconds[0] - base_s,
        pace_s=pace_s,
        steps=series.write([step - pace_s for step in steps]),
    )


def _write_column(cells: Cells, *, rows: int) -> Column:
    kind = cells.kind
    form, integers, exponent, reals, words = _write_values(cells.values, kind.quality)
    return Column(
        name=kind.name,
        unit=kind.unit,
        quality=kind.quality,
        form=form,
        runs=_write_runs(cells.rows, rows=rows),
        first=integers[0] if integers else 0,
        steps=_write_steps(integers),
        exponent=exponent,
        reals=reals,
        words=words,
        cause=kind.cause,
        raw=kind.raw,
        detail=kind.detail,
    )


def _write_steps(integers: Sequence[int]) -> Series:
    return series.write(list(map(sub, integers[1:], integers)))


# Form, integers, exponent, reals, words.
_Written: TypeAlias = tuple[Form, list[int], int, tuple[float, ...], tuple[str, ...]]


def _write_values(values: Sequence[Value], quality: Quality) -> _Written:
    one = values[0]
    if quality is not Quality.GOOD or one is None:
        return Form.NOTHING, [], 0, (), ()
    if isinstance(one, bool):
        return Form.FLAG, [int(bool(value)) for value in values], 0, (), ()
    if isinstance(one, int):
        return Form.WHOLE, [value for value in values if isinstance(value, int)], 0, (), ()
    if isinstance(one, str):
        said = [str(value) for value in values]
        places = {word: place for place, word in enumerate(dict.fromkeys(said))}
        return Form.WORD, [places[word] for word in said], 0, (), tuple(places)
    return _write_reals([value for value in values if isinstance(value, float)])


def _write_reals(values: Sequence[float]) -> _Written:
    """As integers of the smallest decimal unit that gives back every one of them."""
    reals = [float(f"{value:.{_SIGNIFICANT_DIGITS}g}") for value in values]
    largest = max(map(abs, reals))
    for exponent in range(MAX_EXPONENT + 1):
        if round(largest * 10**exponent) > _LARGEST:
            break
        if all(unscale(round(real * 10**exponent), exponent) == real for real in reals):
            scaled = [round(real * 10**exponent) for real in reals]
            return Form.DECIMAL, scaled, exponent, (), ()
    return Form.REAL, [], 0, tuple(reals), ()


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
