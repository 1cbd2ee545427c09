"""The bytes of DVRIP as a device sends them, and what a hostile one sends instead.

Written from the maker's protocol document, apart from the agent's client.
"""

from __future__ import annotations

import asyncio
import enum
import json
import struct
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

HEAD: Final = struct.Struct("<BBHIIBBHI")
_DRIP_S: Final = 0.2


class DvripFault(enum.Enum):
    """What a broken or hostile device does."""

    WRONG_MAGIC = "wrong_magic"
    LENGTH_LIE = "length_lie"  # the header states more than follows
    HUGE_LENGTH = "huge_length"  # the header states two gigabytes
    ENDLESS = "endless"  # news without end, and never the answer
    CUT = "cut"  # half of the reply, then the end
    DRIP = "drip"  # one byte now and then
    SILENT = "silent"  # takes the question, says nothing
    NOT_JSON = "not_json"
    NO_RET = "no_ret"
    ECHOES_LOGIN = "echoes_login"  # sends the login's own words back with every reply
    PARTS_LIE = "parts_lie"  # 255 parts, all of them the first
    SLAMS = "slams"  # closes at once


def frame(
    number: int, body: bytes, *, session: int = 0, parts: int = 0, part: int = 0, magic: int = 0xFF
) -> bytes:
    """The bytes of one frame."""
    return HEAD.pack(magic, 1, 0, session, 0, parts, part, number, len(body)) + body


async def lie(
    faults: AbstractSet[DvripFault],
    writer: asyncio.StreamWriter,
    number: int,
    content: Mapping[str, object],
    session: int,
) -> bool:
    """Send the lie of the first fault that has one; False when the truth is due."""
    body = json.dumps(content).encode() + b"\n\x00"
    whole = frame(number, body, session=session)
    if DvripFault.SILENT in faults:
        return True
    if DvripFault.DRIP in faults:
        return await _drip(writer, whole)
    if DvripFault.ENDLESS in faults:
        return await _news(writer)
    for fault, sent in (
        (DvripFault.WRONG_MAGIC, frame(number, body, magic=0x48)),
        (DvripFault.LENGTH_LIE, frame(number, body + b" " * 900)[:-900]),
        (DvripFault.HUGE_LENGTH, whole[:16] + (2**31).to_bytes(4, "little") + body),
        (DvripFault.NOT_JSON, frame(number, b"<html>login</html>")),
        (DvripFault.NO_RET, frame(number, b'{"Name":"","percent":1}')),
        (DvripFault.PARTS_LIE, frame(number, body, parts=255, part=0) * 255),
    ):
        if fault in faults:
            writer.write(sent)
            return True
    if DvripFault.CUT in faults:
        writer.write(whole[: len(whole) // 2])
        writer.close()
        return True
    return False


async def _drip(writer: asyncio.StreamWriter, whole: bytes) -> bool:
    for byte in whole:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(_DRIP_S)
    return True


async def _news(writer: asyncio.StreamWriter) -> bool:
    while not writer.is_closing():
        writer.write(frame(1504, b'{"Name":"AlarmInfo"}\n\x00'))
        await writer.drain()
        await asyncio.sleep(0)
    return True
