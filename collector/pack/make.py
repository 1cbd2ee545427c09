"""One call from facts to a sealed pack: PDF, layout, seal, ZIP."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.pack import archive, seal
from collector.pack.facts import PackFacts
from collector.pack.layout import lay_out
from collector.pack.pdf import draw_pdf
from collector.pack.pdf_font import Font


def make_pack(facts: PackFacts, *, key: Ed25519PrivateKey, font: Font) -> bytes:
    """The pack; the same facts, key and font give the same bytes."""
    files = lay_out(facts, pdf=draw_pdf(facts, font=font))
    return archive.write(seal.seal(files, key))
