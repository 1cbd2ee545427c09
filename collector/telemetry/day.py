"""One day of one device as bytes: its samples in columns, compressed; the roll-ups follow from it.

Raises DamagedDayError when bytes that were kept do not read back.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from collector.telemetry.hours import HourColumn, roll_up
from collector.telemetry.samples import DAY_S, Samples, merge, moment_of, read, readings_of
from shared import wire
from shared.columns import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Columns
from shared.fold import fold
from shared.frame import Lane
from shared.reading import Reading

_LEVEL: Final = 9
_DEVICE: Final = "d"  # the row in the store says whose day it is
_END_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)
_hours = msgspec.msgpack.Decoder(tuple[HourColumn, ...])


class DamagedDayError(ValueError):
    """Bytes of a day that do not read back."""


class Packed(msgspec.Struct, frozen=True):
    """A day as it is kept."""

    points: bytes
    hours: bytes


def pack(
    samples: Samples,
    *,
    day: int,
    hours: Callable[[tuple[HourColumn, ...]], tuple[HourColumn, ...]] = tuple,
) -> Packed:
    """Pack the samples of one day; what the roll-ups say is what the points read back as.

    ``hours`` may add to the roll-ups what the samples do not say.
    """
    points = zlib.compress(msgspec.msgpack.encode(_bodies(samples, day=day)), _LEVEL)
    rolled_up = msgspec.msgpack.encode(hours(roll_up(unpack(points))))
    return Packed(points=points, hours=zlib.compress(rolled_up, _LEVEL))


def append(points: bytes | None, samples: Samples, *, day: int) -> bytes:
    """The same day with one more part, which is not compared with those before."""
    bodies = [*(_parts_of(points) if points is not None else ()), *_bodies(samples, day=day)]
    return zlib.compress(msgspec.msgpack.encode(bodies), _LEVEL)


def unpack(points: bytes) -> Samples:
    """The samples that were packed."""
    found: Samples = {}
    try:
        for body in _parts_of(points):
            message = wire.decode_up(body, Lane.TELEMETRY)
            if isinstance(message, Columns):
                merge(found, read(message, received_at=_END_OF_TIME).get(_DEVICE, {}))
    except wire.WireError as error:
        raise DamagedDayError(str(error)) from error
    return found


def is_sound(packed: bytes) -> bool:
    """Whether points or roll-ups are undamaged by their checksum; empty ones are."""
    try:
        return not packed or bool(zlib.decompress(packed))
    except zlib.error:
        return False


def unpack_hours(hours: bytes) -> tuple[HourColumn, ...]:
    """The roll-ups that were packed."""
    try:
        return _hours.decode(zlib.decompress(hours))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise DamagedDayError(str(error)) from error


def _parts_of(points: bytes) -> list[bytes]:
    try:
        return msgspec.msgpack.decode(zlib.decompress(points), type=list[bytes])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise DamagedDayError(str(error)) from error


def _bodies(samples: Samples, *, day: int) -> list[bytes]:
    begin = moment_of(day * DAY_S)
    readings = sorted(readings_of(samples), key=lambda one: one.taken_at)
    return [
        wire.encode(fold(((_DEVICE, one) for one in part), sent_at=begin))
        for part in _parts(readings)
    ]


def _parts(readings: list[Reading]) -> Iterator[list[Reading]]:
    """Readings by time, cut where one table could not hold them."""
    rows = {reading.taken_at for reading in readings}
    kinds = {_kind_of(reading) for reading in readings}
    fits = len(rows) <= MAX_ROWS and len(kinds) <= MAX_COLUMNS and len(readings) <= MAX_CELLS
    if fits or len(readings) < 2:
        yield readings
        return
    middle = len(readings) // 2
    yield from _parts(readings[:middle])
    yield from _parts(readings[middle:])


def _kind_of(reading: Reading) -> tuple[object, ...]:
    said = (reading.cause, reading.raw, reading.detail)
    return (reading.name, reading.unit, reading.quality, type(reading.value), *said)
