"""A photo keeps its picture and loses what else a phone writes into it."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.photo import NoPhotoError, clean

PLACE = b"GPS 52.5200 N 13.4050 E"


def segment(marker: int, body: bytes) -> bytes:
    """One JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


TABLES = segment(0xDB, bytes(65)) + segment(0xC2, bytes(15))
# Two scans with a table between them, a restart, stuffed bytes, and 0xFFD9 within the table.
SCANS = (
    segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56"
    + segment(0xC4, b"\x00\xff\xd9\x00") + segment(0xDA, bytes(10)) + b"\x78\xff\xd9"
)  # fmt: skip
JPEG = b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + TABLES + SCANS
PHONE = (
    b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + segment(0xE1, b"Exif\0\0" + PLACE)
    + segment(0xED, PLACE) + segment(0xFE, PLACE) + TABLES + SCANS
    + b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + PLACE) + b"\xff\xd9"
)  # fmt: skip
HEAD, DATA, END = chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")
MAGIC = b"\x89PNG\r\n\x1a\n"


def test_a_jpeg_loses_its_metadata_and_nothing_else() -> None:
    """EXIF, IPTC, comment, and the preview behind the end are gone; tables and scans stay."""
    assert clean(PHONE) == (JPEG, "image/jpeg")
    assert clean(JPEG) == (JPEG, "image/jpeg")


def test_a_png_loses_its_text() -> None:
    """eXIf and text chunks, and whatever hangs behind its end."""
    told = MAGIC + HEAD + chunk(b"eXIf", PLACE) + chunk(b"tEXt", PLACE) + DATA + END + PLACE
    assert clean(told) == (MAGIC + HEAD + DATA + END, "image/png")


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xd9"])
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    """Nothing else gets into the evidence folder."""
    with pytest.raises(NoPhotoError):
        clean(content)


@given(st.integers(0, len(PHONE)), st.integers(0, 255), st.integers(0, 200))
def test_no_bytes_break_it(at: int, byte: int, cut: int) -> None:
    """Cut or changed anywhere it is cleaned or refused, and ends either way."""
    changed = PHONE[:at] + bytes([byte]) + PHONE[at + 1 :]
    for content in (changed, changed[: len(changed) - cut], MAGIC + changed):
        try:
            picture, _ = clean(content)
        except NoPhotoError:
            continue
        assert len(picture) <= len(content)
