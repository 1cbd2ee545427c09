"""The samples of one device: by reading's name and second, each once, whatever came twice.

A sample that is good wins over one that is not; otherwise the first to come stays. So the order
in which batches are merged does not matter for what repeats, and late ones add what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

import msgspec

from shared.columns import Columns, chosen_of, count_of, seconds_of, values_of
from shared.fold import Kind
from shared.health import Telemetry
from shared.reading import Quality, Reading, Value

DAY_S: Final = 86_400
HOUR_S: Final = 3600


class Sample(msgspec.Struct, frozen=True, gc=False):
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


class Only(NamedTuple):
    """What of a message is wanted: these names, of this device; None stands for every one."""

    names: frozenset[str] | None = None
    device_id: str | None = None

    def wants(self, device_id: str) -> bool:
        """Whether the device's samples are wanted."""
        return self.device_id is None or self.device_id == device_id


EVERYTHING: Final = Only()
Samples: TypeAlias = dict[str, dict[int, Sample]]  # by name and second since 1970


def read(
    message: Columns | Telemetry,
    *,
    received_at: datetime,
    into: dict[str, Samples] | None = None,
    only: Only = EVERYTHING,
) -> dict[str, Samples]:
    """The samples of a message by device; a time ahead of ``received_at`` is taken for it.

    ``into`` gets what it does not have yet, as by :func:`merge`, and is given back. Of what
    ``only`` does not name nothing is made.
    """
    latest_s = second_of(received_at)
    found: dict[str, Samples] = {} if into is None else into
    if isinstance(message, Columns):
        _read_columns(message, found, latest_s=latest_s, only=only)
        return found
    for device in message.devices:
        for reading in device.readings if only.wants(device.device_id) else ():
            if only.names is not None and reading.name not in only.names:
                continue
            by_second = found.setdefault(device.device_id, {}).setdefault(reading.name, {})
            _put(by_second, min(second_of(reading.taken_at), latest_s), _sample_of(reading))
    return found


def last_second(message: Columns | Telemetry) -> int | None:
    """When the last reading of a message was taken, by its own clock; None when it has none."""
    if isinstance(message, Telemetry):
        moments = [one.taken_at for device in message.devices for one in device.readings]
        return second_of(max(moments)) if moments else None
    if not message.devices or not message.columns:
        return None
    return second_of(message.base_at) + max([max(seconds_of(rows)) for rows in message.devices])


def merge(into: Samples, more: Samples) -> None:
    """Add what ``into`` does not have yet."""
    for name, by_second in more.items():
        _put_all(into, name, dict(by_second))


def by_day(samples: Samples) -> dict[int, Samples]:
    """The same by day, counted since 1970 in UTC; to be read only, for it may be the same."""
    days: dict[int, Samples] = {}
    for name, by_second in samples.items():
        first, last = min(by_second) // DAY_S, max(by_second) // DAY_S
        if first == last:
            days.setdefault(first, {})[name] = by_second
            continue
        for second, sample in by_second.items():
            days.setdefault(second // DAY_S, {}).setdefault(name, {})[second] = sample
    return days


def numbers_of(by_second: Mapping[int, Sample]) -> dict[int, float]:
    """The good numbers among the samples of one name."""
    cells = by_second.values()
    kinds = {id(kind): kind for kind in map(_KIND, cells)}
    if set(map(type, map(_VALUE, cells))) <= _NUMBERS and all(
        [kind.quality is Quality.GOOD for kind in kinds.values()]
    ):
        return dict(zip(by_second, map(float, map(_VALUE, cells)), strict=True))
    return {
        second: number
        for second, sample in by_second.items()
        if (number := sample.number()) is not None
    }


def newest(samples: Samples) -> Iterator[tuple[int, Sample]]:
    """The last sample of each name, good or not, with its second."""
    for by_second in samples.values():
        last_s = max(by_second)
        yield last_s, by_second[last_s]


def newest_readings(samples: Samples) -> Iterator[Reading]:
    """The same as readings."""
    for second, sample in newest(samples):
        kind = sample.kind
        yield Reading(
            kind.name,
            sample.value,
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
    return datetime.fromtimestamp(max(second, 0), UTC)


def _put(by_second: dict[int, Sample], second: int, sample: Sample) -> None:
    known = by_second.get(second)
    if known is None or (sample.good and not known.good):
        by_second[second] = sample


def _put_all(into: Samples, name: str, more: dict[int, Sample]) -> None:
    """Put the samples of a name, whose dictionary now belongs to ``into``."""
    own = into.setdefault(name, more)
    if own is more:
        return
    if own.keys().isdisjoint(more):
        own.update(more)
        return
    for second, sample in more.items():
        _put(own, second, sample)


def _read_columns(
    message: Columns, found: dict[str, Samples], *, latest_s: int, only: Only
) -> None:
    """Column by column; where the message is of one device, a column of it is built at once."""
    base_s = second_of(message.base_at)
    parts: list[tuple[Samples | None, list[int]]] = []
    for rows in message.devices if message.columns else ():
        seconds = [min(base_s + at_s, latest_s) for at_s in seconds_of(rows)]
        wanted = only.wants(rows.device_id)
        parts.append((found.setdefault(rows.device_id, {}) if wanted else None, seconds))
    places = tuple([(own, second) for own, seconds in parts for second in seconds])
    is_one = len(parts) == 1 and len(set(parts[0][1])) == len(places)
    for column in message.columns:
        if only.names is not None and column.name not in only.names:
            continue
        said = (column.cause, column.raw, column.detail)
        kind = _kind(column.name, column.unit, column.quality, *said)
        values = values_of(column, count_of(column, len(places)))
        cells = map(Sample, repeat(kind), values)
        chosen = tuple(chosen_of(column, places)) if column.runs else places
        if is_one and chosen and (own := parts[0][0]) is not None:
            name = column.name
            _put_all(own, name, dict(zip([at for _, at in chosen], cells, strict=True)))
        else:
            _put_each(column.name, chosen, cells)


def _put_each(
    name: str, places: Iterable[tuple[Samples | None, int]], cells: Iterable[Sample]
) -> None:
    """``own`` is None for a device that is not wanted."""
    for (own, second), sample in zip(places, cells, strict=True):
        if own is None:
            continue
        by_second = own.get(name)
        if by_second is None:
            own[name] = {second: sample}
        elif second not in by_second:
            by_second[second] = sample
        else:
            _put(by_second, second, sample)


def _sample_of(reading: Reading) -> Sample:
    said = (reading.cause, reading.raw, reading.detail)
    kind = _kind(reading.name, reading.unit, reading.quality, *said)
    return Sample(kind, reading.value if reading.good else None)


_kind: Final = lru_cache(maxsize=1024)(Kind)  # the same one again: to compare is to look twice
_KIND: Final = attrgetter("kind")
_VALUE: Final = attrgetter("value")
_NUMBERS: Final = {int, float}
_ORIGIN: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_SECOND: Final = timedelta(seconds=1)
