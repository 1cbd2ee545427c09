"""Folds the readings of a visit into the day that goes on; pure."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from agent.energy.day import EnergyDay, Tail
from shared.reading import Reading

_decoder: Final = msgspec.msgpack.Decoder(EnergyDay)


def read_day(blob: bytes | None) -> EnergyDay | None:
    """The day in a blob; None for none, and for one that cannot be read: it is unknown then."""
    with contextlib.suppress(msgspec.MsgspecError):
        return None if blob is None else _decoder.decode(blob)
    return None


def write_day(day: EnergyDay) -> bytes:
    """The blob of a day."""
    return msgspec.msgpack.encode(day)


def fold(
    day: EnergyDay,
    readings: Mapping[str, Reading],
    now: datetime,
    *,
    sun_deg: float | None = None,
    wakeups: int = 0,
    awake_s: float = 0.0,
) -> EnergyDay:
    """The day with this visit."""
    return replace(
        day,
        visits=day.visits + 1,
        wakeups=day.wakeups + wakeups,
        awake_s=day.awake_s + awake_s,
        tail=Tail(now),
    )


def closed(day: EnergyDay) -> EnergyDay:
    """The day as it is kept."""
    return replace(day, tail=None)


def carried(day: EnergyDay) -> EnergyDay:
    """The day after it, before its first visit."""
    return EnergyDay(tail=day.tail)
