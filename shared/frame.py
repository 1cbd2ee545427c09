"""The frame: a fixed binary header before each body, readable when the body is not.

Layout, big-endian, 34 bytes: magic 'PC', version u8, lane u8, flags u8, reserved u8,
epoch counter u32, epoch nonce u64, seq u64, body length u32, CRC-32 u32 (zlib's polynomial,
over the 30 bytes before it and the body). Seq 0 marks a message that is not stored
(presence, receipt, command).
"""

from __future__ import annotations

import enum
import struct
import zlib

import msgspec

from shared import dictionary
from shared.identity import Epoch
from shared.limits import MAX_BODY_BYTES, MAX_INFLATED_BYTES, MAX_SEQ

MAGIC = b"PC"
VERSION = 1
_HEAD = struct.Struct(">2sBBBBIQQI")
_CRC = struct.Struct(">I")
HEADER_BYTES = _HEAD.size + _CRC.size
FLAG_ZLIB = 0x01
FLAG_WORDS = 0x02  # with zlib's: deflate without zlib's own frame, by the words both ends know
FLAG_HEALTH_WORDS = 0x04  # the same by the words of health messages
_DICTIONARIES = {
    FLAG_ZLIB | FLAG_WORDS: dictionary.FIRST,
    FLAG_ZLIB | FLAG_HEALTH_WORDS: dictionary.SECOND,
}
_RAW = -zlib.MAX_WBITS


class Lane(enum.IntEnum):
    """Rows by worth, best first; the collector and the broker see it in the topic."""

    FAULT = 1
    EVIDENCE = 2
    HEALTH = 3
    TELEMETRY = 4
    PRESENCE = 16  # from here on: never stored in the outbox
    RECEIPT = 17
    COMMAND = 18


# What says the same names again and again gains by words known before.
_WORDS_OF = {Lane.HEALTH: FLAG_HEALTH_WORDS, Lane.TELEMETRY: FLAG_WORDS}


class FrameError(ValueError):
    """A frame that cannot be accepted; ``header`` is set when its identity can be trusted."""

    def __init__(self, reason: str, *, header: Header | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.header = header


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Who says it and in which row, without looking at the body."""

    version: int
    lane: int  # a Lane, or a number from a newer agent
    flags: int
    epoch: Epoch
    seq: int


class Frame(msgspec.Struct, frozen=True):
    """A header and its body, inflated."""

    header: Header
    body: bytes


def pack(*, lane: Lane, epoch: Epoch, seq: int, body: bytes, compress: bool = False) -> bytes:
    """Return the bytes to publish; ValueError when the body is over the limit."""
    flags = 0
    if compress:
        wanted = FLAG_ZLIB | _WORDS_OF.get(lane, 0)
        small = _deflate(body, wanted)
        if len(small) < len(body):
            body, flags = small, wanted
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(f"body of {len(body)} bytes is over {MAX_BODY_BYTES}")
    head = _HEAD.pack(MAGIC, VERSION, lane, flags, 0, epoch.counter, epoch.nonce, seq, len(body))
    return head + _CRC.pack(zlib.crc32(body, zlib.crc32(head))) + body


def unpack(payload: bytes) -> Frame:
    """Read and check a frame; FrameError names what is wrong.

    The error carries the header only when the checksum held: then the row can be
    quarantined *and* receipted, and will not come back for ever.
    """
    if len(payload) < HEADER_BYTES:
        raise FrameError("frame.short")
    magic, version, lane, flags, _, counter, nonce, seq, length = _HEAD.unpack_from(payload)
    if magic != MAGIC:
        raise FrameError("frame.magic")
    body = payload[HEADER_BYTES:]
    if length != len(body):
        raise FrameError("frame.length")
    if len(body) > MAX_BODY_BYTES:
        raise FrameError("frame.too_large")
    (crc,) = _CRC.unpack_from(payload, _HEAD.size)
    if crc != zlib.crc32(body, zlib.crc32(payload[: _HEAD.size])):
        raise FrameError("frame.checksum")
    if counter < 1 or nonce > 2**63 - 1 or seq > MAX_SEQ:
        raise FrameError("frame.identity")
    header = Header(version=version, lane=lane, flags=flags, epoch=Epoch(counter, nonce), seq=seq)
    if version != VERSION:
        raise FrameError("frame.version", header=header)
    if lane not in Lane._value2member_map_:
        raise FrameError("frame.lane", header=header)
    if flags not in (0, FLAG_ZLIB, *_DICTIONARIES):
        raise FrameError("frame.flags", header=header)
    return Frame(header, _inflate(body, header) if flags & FLAG_ZLIB else body)


def _deflate(body: bytes, flags: int) -> bytes:
    words = _DICTIONARIES.get(flags)
    if words is None:
        return zlib.compress(body, 6)
    deflater = zlib.compressobj(9, wbits=_RAW, zdict=words)
    return deflater.compress(body) + deflater.flush()


def _inflate(body: bytes, header: Header) -> bytes:
    words = _DICTIONARIES.get(header.flags)
    inflater = (
        zlib.decompressobj() if words is None else zlib.decompressobj(wbits=_RAW, zdict=words)
    )
    try:
        plain = inflater.decompress(body, MAX_INFLATED_BYTES)
    except zlib.error:
        raise FrameError("frame.zlib", header=header) from None
    if inflater.unconsumed_tail:
        raise FrameError("frame.zlib_too_large", header=header)
    if not inflater.eof or inflater.unused_data:
        raise FrameError("frame.zlib", header=header)
    return plain
