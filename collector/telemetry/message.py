"""Telemetry frames as they are kept: what they say, read again after their checks on arrival."""

from __future__ import annotations

from datetime import datetime

from collector.telemetry.samples import EVERYTHING, Only, Samples, read
from shared import wire
from shared.columns import Columns, Outline
from shared.frame import FrameError, Header, unpack
from shared.health import Telemetry
from shared.wire import UpMessage


class DamagedBatchError(ValueError):
    """Bytes that were accepted once and do not read back: the disk or a person changed them."""


def samples_in(
    payload: bytes, *, received_at: datetime, only: Only = EVERYTHING
) -> dict[str, Samples]:
    """The samples of a kept frame, by device."""
    return read(read_batch(payload)[1], received_at=received_at, only=only)


def read_batch(payload: bytes) -> tuple[Header, Columns | Telemetry]:
    """A kept frame's header and message."""
    try:
        frame = unpack(payload)
        message = wire.decode_up(frame.body, frame.header.lane)
    except (FrameError, wire.WireError) as error:
        raise DamagedBatchError(str(error)) from error
    if not isinstance(message, Columns | Telemetry):
        raise DamagedBatchError(f"{type(message).__name__} is no telemetry")
    return frame.header, message


def kind_of(message: UpMessage | Outline) -> str:
    """What table frame calls a message."""
    return "Columns" if isinstance(message, Outline) else type(message).__name__[:16]


def devices_in(message: Outline | Telemetry) -> tuple[str, ...]:
    """The devices that a message names, in its order."""
    if isinstance(message, Outline):
        return tuple([rows.device_id for rows in message.devices])
    return tuple([device.device_id for device in message.devices])
