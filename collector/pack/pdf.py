"""``claim.pdf``: two or three pages by which a factory engineer judges a claim in one look."""

from __future__ import annotations

import io
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from collector.pack import pdf_facts, pdf_head, pdf_seen
from collector.pack import pdf_words as w
from collector.pack.facts import PackFacts
from collector.pack.pdf_font import Font
from collector.pack.pdf_style import QUIET, RULE, Style

rl_config.useA85 = 0  # 7-bit clean text of binary is made in Python: slow, and a quarter longer
_MARGIN: Final = 15 * mm
_INSET: Final = 6  # points that reportlab's frame keeps inside of the margins


def draw_pdf(facts: PackFacts, *, font: Font) -> bytes:
    """The document; the same facts and font give the same bytes."""
    held = io.BytesIO()
    style = Style(font)
    document = SimpleDocTemplate(
        held,
        pagesize=A4,
        leftMargin=_MARGIN - _INSET,
        rightMargin=_MARGIN - _INSET,
        topMargin=12 * mm,
        bottomMargin=16 * mm,
        invariant=1,  # no moment of making, no random name
        title=f"{facts.claim.number} {font.told(facts.claim.unit.serial)}",
        author="Preclaim",
        lang="en",
    )
    parts = [
        *pdf_head.head(facts.claim, style),
        *pdf_seen.pictures(facts, style),
        *pdf_seen.series(facts, style),
        *pdf_facts.facts(facts, style),
    ]
    document.build(parts, canvasmaker=lambda *a, **k: _Numbered(facts, font, *a, **k))
    return held.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Knows at the end how many pages there are, and puts a footer on each."""

    def __init__(self, facts: PackFacts, font: Font, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._facts = facts
        self._text_font = font
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page until their number is known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its footer."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, total: int) -> None:
        claim = self._facts.claim
        agents = sorted({one.key_id for one in claim.statements if one.verdict == "verified"})
        self.setStrokeColor(RULE)
        self.setLineWidth(0.5)
        self.line(_MARGIN, 13 * mm, A4[0] - _MARGIN, 13 * mm)
        self.setFillColor(QUIET)
        self.setFont(self._text_font.name, 6.5)
        told = self._text_font.told
        self.drawString(_MARGIN, 10 * mm, f"{w.FOOT.en} {w.FOOT.zh} {claim.made_by.fingerprint}")
        left = f"{claim.number} · {claim.unit.serial or '-'}"
        if agents:
            left += f" · {w.FOOT_AGENTS.en} {w.FOOT_AGENTS.zh} {' '.join(agents[:3])}"
        self.drawString(_MARGIN, 7 * mm, told(left))
        self.drawRightString(A4[0] - _MARGIN, 7 * mm, f"{number} / {total}")
