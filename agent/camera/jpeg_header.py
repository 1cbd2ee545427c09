"""The size that a JPEG states, read before anything decodes it."""

from __future__ import annotations

_MAX_SEGMENTS = 200
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def read_jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of the first frame header (ITU T.81, B.2.2); None when there is none."""
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
            height = int.from_bytes(content[at + 5 : at + 7], "big")
            width = int.from_bytes(content[at + 7 : at + 9], "big")
            return (width, height) if width and height else None
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
