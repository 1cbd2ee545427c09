"""One day of one device as bytes: its samples in columns, compressed; the roll-ups follow from it.

Raises DamagedDayError when bytes that were kept do not read back. A day that lost something so
says it for ever: an empty part among its points, None among its roll-ups.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from collector.telemetry.hours import HourColumn, HourColumnHead, roll_up
from collector.telemetry.samples import DAY_S, EVERYTHING, Only, Samples, moment_of, read
from shared import wire
from shared.columns import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Columns
from shared.fold import Cells, Kind, table
from shared.frame import Lane
from shared.reading import Quality, Value

_LEVEL: Final = 9
_DEVICE: Final = "d"  # the row in the store says whose day it is
_END_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)
_LOST: Final = b""  # a part in place of those that were lost
_hours = msgspec.msgpack.Decoder(tuple[HourColumn | None, ...])
_heads = msgspec.msgpack.Decoder(tuple[HourColumnHead | None, ...])
_raw = msgspec.msgpack.Decoder(tuple[msgspec.Raw, ...])
_one = msgspec.msgpack.Decoder(HourColumn)


class DamagedDayError(ValueError):
    """Bytes of a day that do not read back."""


class RollUps(NamedTuple):
    """The roll-ups of a day, and whether none of them was lost."""

    columns: tuple[HourColumn, ...]
    is_whole: bool


class Packed(msgspec.Struct, frozen=True):
    """A day as it is kept."""

    points: bytes
    hours: bytes


def pack(
    samples: Samples,
    *,
    day: int,
    hours: Callable[[tuple[HourColumn, ...]], tuple[HourColumn, ...]] = tuple,
    is_whole: bool = True,
) -> Packed:
    """Pack the samples of one day; what the roll-ups say is what the points read back as.

    ``hours`` may add to the roll-ups what the samples do not say.
    """
    tables = _tables(samples, day=day)
    bodies = [*map(wire.encode, tables), *(() if is_whole else (_LOST,))]
    rolled_up = [*hours(roll_up(_samples_of(tables))), *(() if is_whole else (None,))]
    return Packed(
        points=zlib.compress(msgspec.msgpack.encode(bodies), _LEVEL),
        hours=zlib.compress(msgspec.msgpack.encode(rolled_up), _LEVEL),
    )


def append(points: bytes | None, samples: Samples, *, day: int, is_whole: bool = True) -> bytes:
    """The same day with one more part, which is not compared with those before."""
    bodies = _parts_of(points) if points is not None else []
    bodies += map(wire.encode, _tables(samples, day=day))
    if not is_whole:
        bodies.append(_LOST)
    return zlib.compress(msgspec.msgpack.encode(bodies), _LEVEL)


def unpack(points: bytes, *, names: frozenset[str] | None = None) -> Samples:
    """The samples that were packed; of these names only, if any are given."""
    return _samples_of(tables_in(points), only=Only(names=names))


def tables_in(points: bytes) -> list[Columns]:
    """The tables that a day was packed into, in order; those that were lost are absent."""
    try:
        bodies = [body for body in _parts_of(points) if body != _LOST]
        messages = [wire.decode_up(body, Lane.TELEMETRY) for body in bodies]
    except wire.WireError as error:
        raise DamagedDayError(str(error)) from error
    return [message for message in messages if isinstance(message, Columns)]


def _samples_of(tables: Iterable[Columns], *, only: Only = EVERYTHING) -> Samples:
    found: dict[str, Samples] = {}
    for one in tables:
        read(one, received_at=_END_OF_TIME, into=found, only=only)
    return found.get(_DEVICE, {})


def are_whole(points: bytes) -> bool:
    """Whether points read back and lack nothing that was lost before."""
    try:
        return _LOST not in _parts_of(points)
    except DamagedDayError:
        return False


def hours_are_whole(hours: bytes) -> bool:
    """Whether roll-ups read back and lack nothing that was lost before."""
    return read_roll_ups(hours).is_whole


def read_roll_ups(hours: bytes, *, names: frozenset[str] | None = None) -> RollUps:
    """What is left of the roll-ups that were packed, and whether that is all.

    Of columns that are not among ``names`` nothing but the name is read.
    """
    try:
        found = _columns_of(hours) if names is None else _columns_among(hours, names)
    except DamagedDayError:
        return RollUps((), is_whole=False)
    columns = tuple([column for column in found if isinstance(column, HourColumn)])
    return RollUps(columns, is_whole=None not in found)


def unpack_hours(hours: bytes) -> tuple[HourColumn, ...]:
    """The roll-ups that were packed."""
    return tuple(column for column in _columns_of(hours) if column is not None)


def _columns_of(hours: bytes) -> tuple[HourColumn | None, ...]:
    try:
        return _hours.decode(zlib.decompress(hours))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise DamagedDayError(str(error)) from error


def _columns_among(hours: bytes, names: frozenset[str]) -> list[HourColumn | HourColumnHead | None]:
    """Those with one of the names whole, for 3 of 25 are asked for; heads of the others."""
    try:
        packed = zlib.decompress(hours)
        heads, bodies = _heads.decode(packed), _raw.decode(packed)
        return [
            _one.decode(body) if head is not None and head.name in names else head
            for head, body in zip(heads, bodies, strict=True)
        ]
    except (zlib.error, msgspec.MsgspecError) as error:
        raise DamagedDayError(str(error)) from error


def _parts_of(points: bytes) -> list[bytes]:
    try:
        return msgspec.msgpack.decode(zlib.decompress(points), type=list[bytes])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise DamagedDayError(str(error)) from error


def _tables(samples: Samples, *, day: int) -> list[Columns]:
    """One table, or several by time where one could not hold them."""
    begin = moment_of(day * DAY_S)
    return [
        table({_DEVICE: seconds} if seconds else {}, columns, sent_at=begin)
        for seconds, columns in _parts(samples)
    ]


def _parts(samples: Samples) -> Iterator[tuple[list[int], list[Cells]]]:
    """The seconds of the rows, and the columns, of each table."""
    seconds = sorted(set().union(*samples.values()))
    columns = _columns(samples, seconds)
    cells = sum([len(column.rows) for column in columns])
    if len(seconds) <= MAX_ROWS and len(columns) <= MAX_COLUMNS and cells <= MAX_CELLS:
        yield seconds, columns
        return
    for half in _halves(samples, seconds):
        yield from _parts(half)


def _halves(samples: Samples, seconds: Sequence[int]) -> tuple[Samples, Samples]:
    """Cut by time, or one second by names."""
    if len(seconds) == 1:
        names, middle = sorted(samples), len(samples) // 2
        return (
            {name: samples[name] for name in names[:middle]},
            {name: samples[name] for name in names[middle:]},
        )
    cut_s = seconds[len(seconds) // 2]
    before: Samples = {}
    after: Samples = {}
    for name, by_second in samples.items():
        for second, sample in by_second.items():
            half = before if second < cut_s else after
            half.setdefault(name, {})[second] = sample
    return before, after


def _columns(samples: Samples, seconds: Sequence[int]) -> list[Cells]:
    """A column for each kind and type of value, in order; nearly always one for a name."""
    row_of = {second: row for row, second in enumerate(seconds)}
    found: dict[tuple[str, ...], Cells] = {}
    for by_second in samples.values():
        own = sorted(by_second)
        rows = list(map(row_of.__getitem__, own))
        cells = list(map(by_second.__getitem__, own))
        kinds, values = [one.kind for one in cells], [one.value for one in cells]
        if len(set(map(id, kinds))) == 1 == len(set(map(type, values))):
            found[_key(kinds[0], values[0])] = Cells(kinds[0], rows, values)
            continue
        for row, kind, value in zip(rows, kinds, values, strict=True):
            _, taken, told = found.setdefault(_key(kind, value), Cells(kind, [], []))
            taken.append(row)
            told.append(value)
    return [found[key] for key in sorted(found)]


def _key(kind: Kind, value: Value) -> tuple[str, ...]:
    """What cells of one column share."""
    typed = type(value).__name__ if kind.quality is Quality.GOOD else ""
    said = (kind.cause, kind.raw, kind.detail)
    return (kind.name, kind.unit, kind.quality.value, typed, *said)
