"""How a claim's PDF looks: styles, colours, and text made safe for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph

from collector.pack.pdf_font import Font

WIDTH: Final = 180 * mm  # between the margins of A4
HALF: Final = WIDTH / 2
INK: Final = HexColor("#1b1f24")
QUIET: Final = HexColor("#59636e")
RULE: Final = HexColor("#c9d1d9")
ACCENT: Final = HexColor("#0b5cad")
RED: Final = HexColor("#b3261e")
GREEN: Final = HexColor("#1a7f37")
AMBER: Final = HexColor("#9a6700")


@dataclass(frozen=True, slots=True)
class Style:
    """Makes paragraphs in the one font."""

    font: Font

    def text(
        self,
        text: str,
        *,
        size: float = 8,
        color: object = INK,
        chinese: bool = False,
        goes_on: bool = False,
    ) -> Paragraph:
        """A paragraph; Chinese ones may end a line at any character, as Chinese does.

        ``goes_on``: it stands on the page of what comes next.
        """
        style = ParagraphStyle(
            name="text",
            fontName=self.font.name,
            fontSize=size,
            leading=size * 1.32,
            textColor=color,
            wordWrap="CJK" if chinese else None,
            splitLongWords=1,
            keepWithNext=goes_on,
        )
        lines = (escape(self.font.told(line)) for line in text.splitlines() or [""])
        return Paragraph("<br/>".join(lines), style)

    def heading(self, en: str, zh: str) -> Paragraph:
        """A section's name in both languages."""
        return self.text(f"{en}  {zh}", size=10, color=ACCENT, goes_on=True)
