"""Writing columns: readings in any order, sorted into one table. Pure; ``columns`` reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Final, TypeAlias

from shared import series
from shared.columns import MAX_EXPONENT, Column, Columns, Form, Rows, unscale
from shared.reading import Reading, Value
from shared.series import Series

_SIGNIFICANT_DIGITS: Final = 6
_LARGEST: Final = 2**53  # so that no difference breaks the bounds of a step

# Device, second since 1970, and which one of that name it is in that second.
Place: TypeAlias = tuple[str, int, int]


def fold(readings: Iterable[tuple[str, Reading]], *, sent_at: datetime) -> Columns:
    """Readings by device as one table; ValueError when they are too many for one."""
    placed = list(_place(readings))
    rows = sorted({place for place, _ in placed})
    number_of = {place: number for number, place in enumerate(rows)}
    cells: dict[tuple[str, ...], dict[int, Reading]] = {}
    for place, reading in placed:
        cells.setdefault(_kind_of(reading), {})[number_of[place]] = reading
    base_s = min((second for _, second, _ in rows), default=int(sent_at.timestamp()))
    return Columns(
        sent_at=sent_at,
        base_at=datetime.fromtimestamp(base_s, tz=UTC),
        devices=tuple(
            _write_rows(device, [second for _, second, _ in places], base_s)
            for device, places in groupby(rows, key=lambda place: place[0])
        ),
        columns=tuple(_write_column(cells[kind], rows=len(rows)) for kind in sorted(cells)),
    )


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
    steps = [after - before for before, after in pairwise(seconds)]
    pace_s = sorted(steps)[len(steps) // 2] if steps else 0
    return Rows(
        device_id=device,
        count=len(seconds),
        start_s=seconds[0] - base_s,
        pace_s=pace_s,
        steps=series.write([step - pace_s for step in steps]),
    )


def _write_column(cells: dict[int, Reading], *, rows: int) -> Column:
    numbers = sorted(cells)
    one = cells[numbers[0]]
    values = [cells[number].value for number in numbers]
    form, integers, exponent, reals, words = _write_values(values, one)
    return Column(
        name=one.name,
        unit=one.unit,
        quality=one.quality,
        form=form,
        runs=_write_runs(numbers, rows=rows),
        first=integers[0] if integers else 0,
        steps=_write_steps(integers),
        exponent=exponent,
        reals=reals,
        words=words,
        cause=one.cause,
        raw=one.raw,
        detail=one.detail,
    )


def _write_steps(integers: Sequence[int]) -> Series:
    return series.write([after - before for before, after in pairwise(integers)])


# Form, integers, exponent, reals, words.
_Written: TypeAlias = tuple[Form, list[int], int, tuple[float, ...], tuple[str, ...]]


def _write_values(values: Sequence[Value], one: Reading) -> _Written:
    if not one.good or one.value is None:
        return Form.NOTHING, [], 0, (), ()
    if isinstance(one.value, bool):
        return Form.FLAG, [int(bool(value)) for value in values], 0, (), ()
    if isinstance(one.value, int):
        return Form.WHOLE, [value for value in values if isinstance(value, int)], 0, (), ()
    if isinstance(one.value, str):
        said = [str(value) for value in values]
        places = {word: place for place, word in enumerate(dict.fromkeys(said))}
        return Form.WORD, [places[word] for word in said], 0, (), tuple(places)
    return _write_reals([value for value in values if isinstance(value, float)])


def _write_reals(values: Sequence[float]) -> _Written:
    """As integers of the smallest decimal unit that gives back every one of them."""
    reals = [float(f"{value:.{_SIGNIFICANT_DIGITS}g}") for value in values]
    for exponent in range(MAX_EXPONENT + 1):
        scaled = [round(real * 10**exponent) for real in reals]
        if max(map(abs, scaled)) > _LARGEST:
            break
        if all(unscale(n, exponent) == real for n, real in zip(scaled, reals, strict=True)):
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
