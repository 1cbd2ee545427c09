"""Headers of a baseline JPEG, which RFC 2435 leaves out of the packets (its appendices A and B)."""

from __future__ import annotations

import struct
from typing import Final

# ITU-T T.81 tables K.1 and K.2, row by row.
_LUMA: Final = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA: Final = (
    *(17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 32),
)
# T.81 tables K.3 to K.6: how many codes of each length, and their values.
_DC_VALUES: Final = bytes(range(12))
_LUMA_DC: Final = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)) + _DC_VALUES
_CHROMA_DC: Final = bytes((0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0)) + _DC_VALUES
_LUMA_AC: Final = bytes.fromhex(
    "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
    "2433627282090a161718191a25262728292a3435363738393a434445464748494a"
    "535455565758595a636465666768696a737475767778797a838485868788898a"
    "92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6"
    "c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
_CHROMA_AC: Final = bytes.fromhex(
    "00020102040403040705040400010277"
    "000102031104052131061241510761711322328108144291a1b1c109233352f0"
    "156272d10a162434e125f11718191a262728292a35363738393a434445464748"
    "494a535455565758595a636465666768696a737475767778797a828384858687"
    "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3"
    "c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8"
    "f9fa"
)
_HUFFMAN: Final = ((0x00, _LUMA_DC), (0x10, _LUMA_AC), (0x01, _CHROMA_DC), (0x11, _CHROMA_AC))


def _zigzag() -> tuple[int, ...]:
    """Where the n-th number of a DQT segment stands in the row-by-row table (T.81 figure A.6)."""
    cells = sorted(
        ((row, column) for row in range(8) for column in range(8)),
        key=lambda cell: (sum(cell), cell[0] if sum(cell) % 2 else cell[1]),
    )
    return tuple(row * 8 + column for row, column in cells)


_ORDER: Final = _zigzag()


def tables_of_quality(quality: int) -> tuple[bytes, bytes]:
    """The two tables that a Q of 1 to 99 stands for, in the order of a DQT segment."""
    factor = max(1, min(99, quality))
    scale = 5000 // factor if factor < 50 else 200 - 2 * factor
    luma, chroma = (
        bytes(max(1, min(255, (table[place] * scale + 50) // 100)) for place in _ORDER)
        for table in (_LUMA, _CHROMA)
    )
    return luma, chroma


def head_of(
    *,
    width: int,
    height: int,
    kind: int,
    tables: tuple[bytes, bytes],
    restart_interval: int = 0,
) -> bytes:
    """Everything before the coded data; ``kind`` 0 is 4:2:2, 1 is 4:2:0, in pixels.

    A table of 128 bytes has 16 bits a number.
    """
    parts = [b"\xff\xd8"]
    for number, table in enumerate(tables):
        parts.append(_segment(0xDB, bytes([number | (0x10 if len(table) == 128 else 0)]) + table))
    if restart_interval:
        parts.append(_segment(0xDD, restart_interval.to_bytes(2, "big")))
    luma_sampling = 0x21 if kind == 0 else 0x22
    components = bytes((1, luma_sampling, 0, 2, 0x11, 1, 3, 0x11, 1))
    parts.append(_segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + components))
    parts += [_segment(0xC4, bytes([name]) + table) for name, table in _HUFFMAN]
    parts.append(_segment(0xDA, bytes((3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0))))
    return b"".join(parts)


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
