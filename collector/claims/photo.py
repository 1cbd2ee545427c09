"""A photo from a phone: recognised by its bytes, and rid of what tells more than the picture. Pure.

Phones write place, time and owner into a JPEG's APP segments (EXIF 2.32, section 4.5) and a PNG's
text and eXIf chunks (PNG, third edition, section 11.3). Only segments that a decoder needs stay.
"""

from __future__ import annotations

import struct
from typing import Final

LONGEST: Final = 8 * 1024 * 1024  # bytes; a phone's picture has 2 to 6 MB
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_NEEDED_CHUNKS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
_SCAN, _END = 0xDA, 0xD9
_APP0, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE
_KEPT: Final = frozenset({_APP0, _APP2, _APP14})  # JFIF, colour profile, Adobe's colour transform


class NoPhotoError(ValueError):
    """The bytes are no JPEG or PNG that could be read to its end."""


def clean(content: bytes) -> tuple[bytes, str]:
    """The picture without metadata, and its media type; NoPhotoError when it is none."""
    if content.startswith(b"\xff\xd8\xff"):
        return _clean_jpeg(content), "image/jpeg"
    if content.startswith(_PNG):
        return _clean_png(content), "image/png"
    raise NoPhotoError("neither JPEG nor PNG")


def _clean_jpeg(content: bytes) -> bytes:
    kept, at = [b"\xff\xd8"], 2
    while True:
        if len(content) < at + 4 or content[at] != 0xFF:
            raise NoPhotoError("a JPEG that ends or breaks before its picture")
        marker = content[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2 or len(content) < at + 2 + length:
            raise NoPhotoError("a JPEG whose segment reaches beyond its end")
        if marker == _SCAN:
            return b"".join((*kept, content[at : _end_of_scans(content, at)]))
        if not (_APP0 <= marker <= _APP15 or marker == _COMMENT) or marker in _KEPT:
            kept.append(content[at : at + 2 + length])
        at += 2 + length


def _end_of_scans(content: bytes, at: int) -> int:
    """Behind the end of the picture: phones append previews and videos that hold EXIF again.

    Within a scan 0xFF is data before 0x00 and a restart before 0xD0 to 0xD7 (ITU-T T.81, B.1.1).
    """
    while len(content) >= at + 4:
        (length,) = struct.unpack_from(">H", content, at + 2)  # of the scan's or table's segment
        at += 2 + length
        while True:
            at = content.find(b"\xff", at)
            if at < 0 or at + 1 >= len(content):
                raise NoPhotoError("a JPEG without its end")
            marker = content[at + 1]
            if marker == 0x00 or 0xD0 <= marker <= 0xD7:
                at += 2
            elif marker == 0xFF:
                at += 1
            else:
                break
        if marker == _END:
            return at + 2
    raise NoPhotoError("a JPEG without its end")


def _clean_png(content: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while True:
        if len(content) < at + 12:
            raise NoPhotoError("a PNG that ends before its end chunk")
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        if len(content) < at + 12 + length:
            raise NoPhotoError("a PNG whose chunk reaches beyond its end")
        if kind in _NEEDED_CHUNKS:
            kept.append(content[at : at + 12 + length])
        if kind == b"IEND":
            return b"".join(kept)
        at += 12 + length
