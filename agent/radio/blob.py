"""Radio days as they are stored. Pure."""

from __future__ import annotations

import contextlib
from typing import Final

import msgspec

from agent.radio.day import OpenDay, RadioDay

_open: Final = msgspec.msgpack.Decoder(OpenDay)
_closed: Final = msgspec.msgpack.Decoder(RadioDay)


def write(day: OpenDay | RadioDay) -> bytes:
    """The blob of a day."""
    return msgspec.msgpack.encode(day)


def read_open(blob: bytes | None) -> OpenDay:
    """The day that goes on; a new one for none, and for one that cannot be read."""
    with contextlib.suppress(msgspec.MsgspecError):
        return OpenDay() if blob is None else _open.decode(blob)
    return OpenDay()


def read_closed(blob: bytes) -> RadioDay | None:
    """A closed day; None for one that cannot be read: it is unknown then."""
    with contextlib.suppress(msgspec.MsgspecError):
        return _closed.decode(blob)
    return None
