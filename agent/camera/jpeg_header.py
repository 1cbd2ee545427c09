"""What a picture file says of itself, read before anything decodes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MAX_SEGMENTS: Final = 200
_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS: Final = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
# First bytes, and where they stand; longer ones first.
_SIGNATURES: Final = (
    (0, b"\xff\xd8", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftyp", "MP4"),
    (0, b"BM", "BMP"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"<", "HTML or XML"),
    (0, b"{", "JSON"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegHeader:
    """The first frame header of a JPEG (ITU T.81, B.2.2)."""

    width_px: int
    height_px: int
    bits: int  # a sample
    components: int
    lossless: bool

    @property
    def why_not(self) -> str:
        """Why its figures would not be those of a camera's picture; '' when nothing speaks so."""
        if self.bits != 8:
            return f"a JPEG with {self.bits} bits a sample, not 8"
        if self.components not in (1, 3):
            return f"a JPEG with {self.components} components (CMYK?), not grey or YCbCr"
        return "a lossless JPEG" if self.lossless else ""


def read_jpeg_header(content: bytes) -> JpegHeader | None:
    """The first frame header; None when there is none, or it states no size."""
    if not content.startswith(b"\xff\xd8"):
        return None
    at = 2
    for _ in range(_MAX_SEGMENTS):
        while content[at : at + 2] == b"\xff\xff":
            at += 1
        if len(content) < at + 4 or content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker in _BARE:
            at += 2
            continue
        if marker in _FRAME_MARKERS:
            return _frame_header(content[at : at + 10], marker)
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _frame_header(segment: bytes, marker: int) -> JpegHeader | None:
    if len(segment) < 10:
        return None
    height, width = (int.from_bytes(segment[at : at + 2], "big") for at in (5, 7))
    if not width or not height:
        return None
    return JpegHeader(
        width_px=width,
        height_px=height,
        bits=segment[4],
        components=segment[9],
        lossless=marker in _LOSSLESS,
    )


def name_format(content: bytes) -> str:
    """What kind of file this is, by its first bytes; '' when that is not known."""
    for at, signature, name in _SIGNATURES:
        if content[at : at + len(signature)] == signature:
            return name
    return ""
