"""The text that a camera burns into its picture, after everything else."""

import numpy as np
from numpy.typing import NDArray

_GLYPH_ROWS = 7
_GLYPH_COLUMNS = 5
# One row of five dots per number, top row first.
_GLYPHS = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "A": (14, 17, 17, 31, 17, 17, 17),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "M": (17, 27, 21, 21, 17, 17, 17),
    " ": (0, 0, 0, 0, 0, 0, 0),
}


def draw_caption(picture: NDArray[np.uint8], text: str) -> None:
    """Draw `text` (digits, C, A, M and blanks) in white on black at the top left, in place."""
    scale = max(1, picture.shape[0] // 220)
    dots = np.zeros((_GLYPH_ROWS + 2, (_GLYPH_COLUMNS + 1) * len(text) + 1), dtype=np.uint8)
    for place, letter in enumerate(text):
        left = 1 + place * (_GLYPH_COLUMNS + 1)
        for row, bits in enumerate(_GLYPHS[letter]):
            for column in range(_GLYPH_COLUMNS):
                if bits >> (_GLYPH_COLUMNS - 1 - column) & 1:
                    dots[1 + row, left + column] = 235
    block = np.kron(dots, np.ones((scale, scale), dtype=np.uint8))
    top, left = 4 * scale, 4 * scale
    room = picture[top : top + block.shape[0], left : left + block.shape[1]]
    room[:] = block[: room.shape[0], : room.shape[1], None]
