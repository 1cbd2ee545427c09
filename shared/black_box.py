"""The black box: rows of an outbox in a file that is carried by hand. Pure but for the reads.

Layout, big-endian. Head: magic 'PRECLAIM', version u8, length u8 and text of the agent id,
count of rows u64, written at u64 (microseconds since 1970 UTC, the agent's clock), CRC-32 u32
over all before it. Each row: lane u8, length u32, the frame as it would travel, CRC-32 u32 over
lane, length and frame. The count stands in the head, so that a file cut short says how many are
missing. Whoever carries the file vouches for its agent id; evidence is signed in itself.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

from shared.frame import HEADER_BYTES
from shared.limits import MAX_BODY_BYTES
from shared.topics import AGENT_ID

MAGIC: Final = b"PRECLAIM"
VERSION: Final = 1
MAX_FRAME_BYTES: Final = HEADER_BYTES + MAX_BODY_BYTES
_START: Final = struct.Struct(">8sBB")
_REST: Final = struct.Struct(">QQ")
_ROW: Final = struct.Struct(">BI")
_CRC: Final = struct.Struct(">I")
_ORIGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_US: Final = 253_402_300_799_000_000  # the end of the year 9999


class NoBlackBoxError(ValueError):
    """The file does not begin as a black box that this version reads; the text says why."""


class DamagedBoxError(ValueError):
    """The file is damaged or ends early at byte ``offset``, after ``rows`` whole rows."""

    def __init__(self, reason: str, *, offset: int, rows: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset
        self.rows = rows


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxHead:
    """Whose rows these are, how many, and when the agent wrote them by its own clock."""

    agent_id: str
    rows: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One row; ``lane`` is the topic on which its frame would have travelled."""

    lane: int
    frame: bytes


def pack_head(head: BoxHead) -> bytes:
    """The bytes that begin the file; ValueError for a name that is no agent id."""
    name = head.agent_id.encode()
    if not AGENT_ID.match(head.agent_id):
        raise ValueError(f"not an agent id: {head.agent_id!r}")
    written_us = max(0, (head.written_at - _ORIGIN) // timedelta(microseconds=1))
    whole = _START.pack(MAGIC, VERSION, len(name)) + name + _REST.pack(head.rows, written_us)
    return whole + _CRC.pack(zlib.crc32(whole))


def pack_row(row: BoxRow) -> bytes:
    """The bytes of one row."""
    whole = _ROW.pack(row.lane, len(row.frame)) + row.frame
    return whole + _CRC.pack(zlib.crc32(whole))


def read_head(file: BinaryIO) -> BoxHead:
    """Read the head; NoBlackBoxError when there is none that we can trust."""
    start = file.read(_START.size)
    if len(start) < _START.size or not start.startswith(MAGIC):
        raise NoBlackBoxError("it does not begin with the mark of an exported outbox")
    _, version, length = _START.unpack(start)
    if version != VERSION:
        raise NoBlackBoxError(f"version {version} was written by a newer agent")
    rest = file.read(length + _REST.size + _CRC.size)
    whole = start + rest[: -_CRC.size]
    if len(rest) < length + _REST.size + _CRC.size:
        raise NoBlackBoxError("its head is cut off")
    if _CRC.unpack(rest[-_CRC.size :])[0] != zlib.crc32(whole):
        raise NoBlackBoxError("its head is damaged")
    agent_id = rest[:length].decode("ascii", "replace")
    rows, written_us = _REST.unpack_from(rest, length)
    if not AGENT_ID.match(agent_id):
        raise NoBlackBoxError("its head names no agent")
    written_at = _ORIGIN + timedelta(microseconds=min(written_us, _LAST_US))
    return BoxHead(agent_id=agent_id, rows=rows, written_at=written_at)


def read_rows(file: BinaryIO, head: BoxHead) -> Iterator[BoxRow]:
    """Read row by row; DamagedBoxError after the last whole row when more were promised."""
    for number in range(head.rows):
        offset = file.tell()
        start = file.read(_ROW.size)
        if len(start) < _ROW.size:
            raise DamagedBoxError("the file ends", offset=offset, rows=number)
        lane, length = _ROW.unpack(start)
        if length > MAX_FRAME_BYTES:
            raise DamagedBoxError("a length is damaged", offset=offset, rows=number)
        rest = file.read(length + _CRC.size)
        if len(rest) < length + _CRC.size:
            raise DamagedBoxError("the file ends", offset=offset, rows=number)
        if _CRC.unpack(rest[length:])[0] != zlib.crc32(start + rest[:length]):
            raise DamagedBoxError("a checksum does not hold", offset=offset, rows=number)
        yield BoxRow(lane, rest[:length])
    if file.read(1):
        raise DamagedBoxError(
            "something follows the last row", offset=file.tell() - 1, rows=head.rows
        )
