"""The text that a camera burns into its picture, after everything else."""

import numpy as np
from numpy.typing import NDArray

_GLYPH_ROWS = 7
_GLYPH_COLUMNS = 5
_BLANK = (0,) * _GLYPH_ROWS
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
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 14),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "J": (7, 2, 2, 2, 2, 18, 12),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 25, 21, 21, 19, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "Q": (14, 17, 17, 17, 21, 18, 13),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "U": (17, 17, 17, 17, 17, 17, 14),
    "V": (17, 17, 17, 17, 17, 10, 4),
    "W": (17, 17, 17, 21, 21, 27, 17),
    "X": (17, 17, 10, 4, 10, 17, 17),
    "Y": (17, 17, 10, 4, 4, 4, 4),
    "Z": (31, 1, 2, 4, 8, 16, 31),
    ":": (0, 4, 4, 0, 4, 4, 0),
    "-": (0, 0, 0, 31, 0, 0, 0),
    ".": (0, 0, 0, 0, 0, 12, 12),
    "/": (1, 2, 2, 4, 8, 8, 16),
    "%": (25, 26, 2, 4, 8, 11, 19),
    "_": (0, 0, 0, 0, 0, 0, 31),
    " ": (0, 0, 0, 0, 0, 0, 0),
}


def draw_caption(picture: NDArray[np.uint8], text: str) -> None:
    """Draw `text` in white on black at the top left, in place; see `letter`."""
    scale = max(1, picture.shape[0] // 220)
    block = letter(text, scale)
    top, left = 4 * scale, 4 * scale
    room = picture[top : top + block.shape[0], left : left + block.shape[1]]
    room[:] = block[: room.shape[0], : room.shape[1], None]


def letter(text: str, scale: int) -> NDArray[np.uint8]:
    """One line of digits, capitals and :-./%_ in white on black, dots of `scale` pixels.

    Other signs are blank.
    """
    dots = np.zeros((_GLYPH_ROWS + 2, (_GLYPH_COLUMNS + 1) * len(text) + 1), dtype=np.uint8)
    for place, sign in enumerate(text):
        left = 1 + place * (_GLYPH_COLUMNS + 1)
        for row, bits in enumerate(_GLYPHS.get(sign, _BLANK)):
            for column in range(_GLYPH_COLUMNS):
                if bits >> (_GLYPH_COLUMNS - 1 - column) & 1:
                    dots[1 + row, left + column] = 235
    return np.kron(dots, np.ones((scale, scale), dtype=np.uint8))
