"""The wire: messages to bytes and back, MessagePack through msgspec, append-only.

Every struct is a positional array: new fields go at the end, with a default. What a newer
agent appended is ignored by name here and kept by the collector in the raw frame.
"""

from __future__ import annotations

from typing import Final, TypeAlias, TypeVar

import msgspec

from shared.columns import Columns, Outline
from shared.command import Command, CommandResult, SignedCommand
from shared.evidence import EvidenceChunk, Manifest
from shared.fault import EpisodeSnapshot, EvidenceAdded, FaultEvent
from shared.frame import Lane
from shared.health import Health, Presence, Telemetry
from shared.receipt import Receipt

UpMessage: TypeAlias = (
    FaultEvent
    | EvidenceAdded
    | EpisodeSnapshot
    | EvidenceChunk
    | Health
    | CommandResult
    | Telemetry
    | Columns
    | Presence
)
DownMessage: TypeAlias = Receipt | SignedCommand

LANE_OF: Final[dict[type, Lane]] = {
    FaultEvent: Lane.FAULT,
    EvidenceAdded: Lane.FAULT,
    EpisodeSnapshot: Lane.FAULT,
    EvidenceChunk: Lane.EVIDENCE,
    Health: Lane.HEALTH,
    CommandResult: Lane.HEALTH,
    Telemetry: Lane.TELEMETRY,
    Columns: Lane.TELEMETRY,
    Presence: Lane.PRESENCE,
    Receipt: Lane.RECEIPT,
    SignedCommand: Lane.COMMAND,
}

_encoder = msgspec.msgpack.Encoder()
_up: msgspec.msgpack.Decoder[UpMessage] = msgspec.msgpack.Decoder(UpMessage)
_outline: msgspec.msgpack.Decoder[Outline | Telemetry] = msgspec.msgpack.Decoder(
    Outline | Telemetry
)
_down: msgspec.msgpack.Decoder[DownMessage] = msgspec.msgpack.Decoder(DownMessage)
_manifest = msgspec.msgpack.Decoder(Manifest)
_command = msgspec.msgpack.Decoder(Command)


class WireError(ValueError):
    """A body that is not one of our messages; the text names the path, e.g. ``$[3].x``."""


def encode(message: UpMessage | DownMessage | Manifest | Command) -> bytes:
    """Bytes of a message; WireError when a value breaks its bounds, so nothing bad leaves."""
    body = _encoder.encode(message)
    decoder = _decoder_for(message)
    try:
        decoder.decode(body)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
        raise WireError(f"{type(message).__name__}: {error}") from error
    return body


def _decoder_for(
    message: object,
) -> (
    msgspec.msgpack.Decoder[UpMessage]
    | msgspec.msgpack.Decoder[DownMessage]
    | (msgspec.msgpack.Decoder[Manifest] | msgspec.msgpack.Decoder[Command])
):
    if isinstance(message, Manifest):
        return _manifest
    if isinstance(message, Command):
        return _command
    return _down if isinstance(message, Receipt | SignedCommand) else _up


def decode_up(body: bytes, lane: int) -> UpMessage:
    """Read an upward body; WireError when it is malformed or rides on the wrong lane."""
    message = _read(_up, body)
    if LANE_OF[type(message)] != lane:
        raise WireError(f"{type(message).__name__} on lane {lane}")
    return message


def read_outline(body: bytes) -> Outline | Telemetry:
    """Read a body of the telemetry lane as far as ingest needs it; WireError when it is none."""
    return _read(_outline, body)


def decode_down(body: bytes) -> DownMessage:
    """Read a receipt or a signed command."""
    return _read(_down, body)


def decode_manifest(body: bytes) -> Manifest:
    """Read the signed bytes of a manifest; check the signature first."""
    return _read(_manifest, body)


def decode_command(body: bytes) -> Command:
    """Read the signed bytes of a command; check the signature first."""
    return _read(_command, body)


M = TypeVar("M")


def _read(decoder: msgspec.msgpack.Decoder[M], body: bytes) -> M:
    try:
        return decoder.decode(body)
    except RecursionError as error:
        raise WireError("nested too deep") from error
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise WireError(str(error)) from error
