"""Small PNG scenes for seeded evidence, made with the standard library."""

from __future__ import annotations

import math
import struct
import zlib
from functools import cache


@cache
def draw_scene(*, magenta: bool, width: int = 320, height: int = 180) -> bytes:
    """A yard with sky, wall and ground; magenta as with a filter that stays out of the light."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows.extend(_pixel(x / width, y / height, magenta=magenta))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 6))
        + _chunk(b"IEND", b"")
    )


def _pixel(x: float, y: float, *, magenta: bool) -> tuple[int, int, int]:
    if y < 0.45 + 0.03 * math.sin(x * 9):
        red, green, blue = 150 + 60 * y, 185 + 40 * y, 225.0
    elif 0.2 < x < 0.55 and y < 0.72:
        red, green, blue = 168 - 20 * math.sin(x * 60), 150.0, 132.0
    else:
        red, green, blue = 92 + 30 * math.sin(x * 40 + y * 30), 118 + 20 * math.sin(y * 50), 70.0
    if magenta:
        red, green, blue = red * 0.6 + 110, green * 0.55 + 60, blue * 0.6 + 105
    return _byte(red), _byte(green), _byte(blue)


def _byte(value: float) -> int:
    return max(0, min(255, round(value)))


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
