"""What a PNG says of itself, read before anything decodes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PngHeader:
    """The image header (PNG, 11.2.1), and whether frames of an animation follow."""

    width_px: int
    height_px: int
    bits: int  # a sample
    animated: bool

    @property
    def why_not(self) -> str:
        """Why its figures would not be those of a camera's picture; '' when nothing speaks so."""
        if self.bits != 8:
            return f"a PNG with {self.bits} bits a sample, not 8"
        return "an animated PNG" if self.animated else ""


def read_png_header(content: bytes) -> PngHeader | None:
    """The header; None when there is none, or it states no size."""
    if not content.startswith(_SIGNATURE) or content[12:16] != b"IHDR" or len(content) < 33:
        return None
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if not width or not height:
        return None
    animated = _is_animated(content)
    return PngHeader(width_px=width, height_px=height, bits=content[24], animated=animated)


def _is_animated(content: bytes) -> bool:
    """Whether an animation control chunk stands before the picture's data."""
    at = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        kind = content[at + 4 : at + 8]
        if kind == b"acTL":
            return True
        if len(kind) < 4 or kind == b"IDAT":
            return False
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return False
