"""What can be read of a payload that was refused, as lines for a person. Pure."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import msgspec

from shared import wire
from shared.frame import FLAG_ZLIB, HEADER_BYTES, MAGIC, Lane
from shared.limits import MAX_INFLATED_BYTES

SHOWN_BYTES: Final = 128
SHOWN_CHARACTERS: Final = 2000
_HEADER: Final = struct.Struct(">2sBBBBIQQII")  # the layout that shared.frame describes


def decipher(payload: bytes) -> Iterator[str]:
    """Header field by field, then the body as far as it can be decoded."""
    if len(payload) < HEADER_BYTES:
        yield f"{len(payload)} bytes, a header has {HEADER_BYTES}"
        return
    magic, version, lane, flags, _, counter, nonce, seq, length, crc = _HEADER.unpack_from(payload)
    body = payload[HEADER_BYTES:]
    holds = crc == zlib.crc32(body, zlib.crc32(payload[: HEADER_BYTES - 4]))
    name = Lane(lane).name.lower() if lane in Lane._value2member_map_ else "?"
    yield f"magic {magic!r}{'' if magic == MAGIC else ' (not ours)'}"
    yield f"version {version}, lane {lane} ({name}), flags {flags:#04x}"
    yield f"epoch {counter}-{nonce:016x}, seq {seq}"
    yield f"length {length}, here {len(body)}; checksum {'holds' if holds else 'does not hold'}"
    if flags & FLAG_ZLIB:
        body = _inflate(body)
        yield f"inflated: {len(body)} bytes"
    yield f"body: {_read(body, lane)[:SHOWN_CHARACTERS]}"


def hex_of(payload: bytes) -> Iterator[str]:
    """The first bytes, sixteen a line, with their printable signs."""
    for start in range(0, min(len(payload), SHOWN_BYTES), 16):
        part = payload[start : start + 16]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        yield f"{start:04x}  {part.hex(' '):<47}  {signs}"


def _inflate(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, MAX_INFLATED_BYTES)
    except zlib.error:
        return b""


def _read(body: bytes, lane: int) -> str:
    try:
        return repr(wire.decode_up(body, lane))
    except wire.WireError as error:
        wrong = str(error)
    try:
        plain = msgspec.msgpack.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return f"no MessagePack ({error}); {wrong}"
    return f"{plain!r} -- {wrong}"
