"""One DVRIP frame: 20 bytes of header and JSON; pure.

The format is the maker's "Digital Video Recorder Interface Protocol" as the public
implementations alexshpilkin/dvrip (CC0) and NeiroNx/python-dvr (MIT) read it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agent.camera.port import CameraError, Cause

PORT: Final = 34567
BODY_CAP_BYTES: Final = 64 * 1024
"""Of one frame; the maker's own limit is 32 KiB."""
HEADER: Final = struct.Struct("<BBxxIIBBHI")
_MAGIC: Final = 0xFF
_END: Final = b"\n\x00"
_PADDING: Final = b"\n\r\x00 "
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a frame says of itself; ``part`` counts from 0 where ``parts`` is above 1."""

    session: int
    sequence: int
    parts: int
    part: int
    message: int
    length: int


def encode(message: int, body: Mapping[str, object], *, session: int, sequence: int) -> bytes:
    """The bytes of one request."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + _END
    return HEADER.pack(_MAGIC, 0, session, sequence, 0, 0, message, len(content)) + content


def read_header(raw: bytes) -> Header:
    """Read 20 bytes; CameraError when they are no header, or state more than the cap."""
    magic, _, session, sequence, parts, part, message, length = HEADER.unpack(raw)
    if magic != _MAGIC:
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, "the device answers something that is not DVRIP", raw=raw
        )
    if length > BODY_CAP_BYTES:
        raise CameraError(
            Cause.HTTP_TOO_LARGE,
            f"the DVRIP reply states {length} bytes, more than {BODY_CAP_BYTES}",
            raw=raw,
        )
    return Header(
        session=session, sequence=sequence, parts=parts, part=part, message=message, length=length
    )


def decode(body: bytes) -> dict[str, object]:
    """The JSON object of a whole reply; CameraError(VENDOR_UNPARSABLE) when it is none."""
    try:
        found = json.loads(body.strip(_PADDING).decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, "the DVRIP reply holds no valid JSON", raw=body
        ) from error
    if not isinstance(found, dict):
        raise CameraError(Cause.VENDOR_UNPARSABLE, "the DVRIP reply holds no JSON object", raw=body)
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def hash_password(password: str) -> str:
    """The eight characters that the login carries: sums of MD5 byte pairs, modulo 62.

    Whoever has them can log in: they are as secret as the password.
    """
    digest = hashlib.md5(password.encode()).digest()
    pairs = zip(digest[::2], digest[1::2], strict=True)
    return "".join(_ALPHABET[sum(pair) % len(_ALPHABET)] for pair in pairs)
