"""The samples of one device: by reading's name and second, each once, whatever came twice.

A sample that is good wins over one that is not; otherwise the first to come stays. So the order
in which batches are merged does not matter for what repeats, and late ones add what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from shared.columns import Columns, chosen_of, count_of, seconds_of, values_of
from shared.health import Telemetry
from shared.reading import Quality, Reading, Value

DAY_S: Final = 86_400
HOUR_S: Final = 3600


class Kind(NamedTuple):
    """What a sample says besides its value."""

    name: str
    unit: str
    quality: Quality
    cause: str
    raw: str
    detail: str


class Sample(NamedTuple):
    """One value with what it is worth; ``value`` is None unless the quality is GOOD."""

    kind: Kind
    value: Value

    @property
    def good(self) -> bool:
        """True when the value counts."""
        return self.kind.quality is Quality.GOOD

    def number(self) -> float | None:
        """The value as a number when it is good and numeric, else None; a flag is no number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            return None
        return float(self.value) if self.good else None


Samples: TypeAlias = dict[str, dict[int, Sample]]  # by name and second since 1970


def read(message: Columns | Telemetry, *, received_at: datetime) -> dict[str, Samples]:
    """The samples of a message by device; a time ahead of ``received_at`` is taken for it."""
    latest_s = second_of(received_at)
    found: dict[str, Samples] = {}
    for device_id, second, sample in _each(message):
        by_second = found.setdefault(device_id, {}).setdefault(sample.kind.name, {})
        _put(by_second, min(second, latest_s), sample)
    return found


def merge(into: Samples, more: Samples) -> None:
    """Add what ``into`` does not have yet."""
    for name, by_second in more.items():
        own = into.setdefault(name, {})
        for second, sample in by_second.items():
            _put(own, second, sample)


def by_day(samples: Samples) -> dict[int, Samples]:
    """The same by day, counted since 1970 in UTC."""
    days: dict[int, Samples] = {}
    for name, by_second in samples.items():
        for second, sample in by_second.items():
            days.setdefault(second // DAY_S, {}).setdefault(name, {})[second] = sample
    return days


def newest(samples: Samples) -> Iterator[tuple[int, Sample]]:
    """The last sample of each name, good or not, with its second."""
    for by_second in samples.values():
        last_s = max(by_second)
        yield last_s, by_second[last_s]


def readings_of(samples: Samples) -> Iterator[Reading]:
    """The samples as readings, by name and time."""
    for by_second in samples.values():
        for second in sorted(by_second):
            kind, value = by_second[second]
            yield Reading(
                kind.name,
                value,
                kind.unit,
                moment_of(second),
                kind.quality,
                cause=kind.cause,
                raw=kind.raw,
                detail=kind.detail,
            )


def second_of(moment: datetime) -> int:
    """Whole seconds since 1970; any aware datetime has them."""
    return (moment - _ORIGIN) // _SECOND


def moment_of(second: int) -> datetime:
    """The moment of a second since 1970; one before that is taken for 1970."""
    return _ORIGIN + max(second, 0) * _SECOND


def _put(by_second: dict[int, Sample], second: int, sample: Sample) -> None:
    known = by_second.get(second)
    if known is None or (sample.good and not known.good):
        by_second[second] = sample


def _each(message: Columns | Telemetry) -> Iterator[tuple[str, int, Sample]]:
    if isinstance(message, Telemetry):
        for device in message.devices:
            for reading in device.readings:
                yield device.device_id, second_of(reading.taken_at), _sample_of(reading)
        return
    base_s = second_of(message.base_at)
    places = tuple(
        (rows.device_id, base_s + at_s) for rows in message.devices for at_s in seconds_of(rows)
    )
    yield from _each_cell(message, places)


def _each_cell(
    message: Columns, places: tuple[tuple[str, int], ...]
) -> Iterator[tuple[str, int, Sample]]:
    for column in message.columns:
        said = (column.cause, column.raw, column.detail)
        kind = Kind(column.name, column.unit, column.quality, *said)
        values = values_of(column, count_of(column, len(places)))
        for (device_id, second), value in zip(chosen_of(column, places), values, strict=True):
            yield device_id, second, Sample(kind, value)


def _sample_of(reading: Reading) -> Sample:
    kind = Kind(
        reading.name, reading.unit, reading.quality, reading.cause, reading.raw, reading.detail
    )
    return Sample(kind, reading.value if reading.good else None)


_ORIGIN: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_SECOND: Final = timedelta(seconds=1)
