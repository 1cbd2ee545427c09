"""The one font of a claim's PDF: it must hold Latin and Chinese, and what it lacks is told.

A font without Latin makes reportlab drop the serial number without a word (claims and warranty,
section 13), so nothing is drawn before the font was asked for what a claim needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from collector.pack.font_error import FontError
from collector.settings import DEFAULT_FONT

_NEEDED: Final = "ABCXYZabcxyz0189-./:%°≥–·…序列号保修期内故障图片电池信号"


@dataclass(frozen=True, slots=True)
class Font:
    """A font that reportlab knows by ``name``, and the characters that it has."""

    name: str
    has: frozenset[int]

    def told(self, text: str) -> str:
        """The text with what the font lacks as its code point, so that nothing is lost unseen."""
        return "".join(
            one
            if ord(one) in self.has
            else " "
            if one.isspace() or not one.isprintable()
            else f"<U+{ord(one):04X}>"
            for one in text
        )


@lru_cache(maxsize=4)
def load_font(path: Path = DEFAULT_FONT) -> Font:
    """Read a TrueType file or the first font of a collection; FontError says what to do."""
    if not path.is_file():
        raise FontError(path, "is not there")
    name = f"Pack-{sha256(str(path).encode()).hexdigest()[:8]}"
    try:
        made: Any = TTFont(name, str(path), subfontIndex=0)
    except (TTFError, OSError, ValueError, KeyError) as error:
        raise FontError(path, f"is no TrueType font ({error})") from error
    has = frozenset(made.face.charToGlyph)
    if lacking := [one for one in _NEEDED if ord(one) not in has]:
        raise FontError(path, f"lacks {' '.join(lacking)}")
    pdfmetrics.registerFont(made)
    return Font(name=name, has=has)
