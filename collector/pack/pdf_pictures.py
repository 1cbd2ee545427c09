"""The pictures of a claim's PDF: which stand side by side, and how they are made small enough."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

from PIL import Image
from reportlab.lib.units import mm
from reportlab.platypus import Flowable
from reportlab.platypus import Image as Placed

from collector.pack.claim import Claim, File
from collector.pack.pdf_style import HALF
from shared.evidence import MAP, is_thumbnail

MOST: Final = 4
_WIDEST_PX: Final = 800  # of a picture that is printed 87 mm wide: about 230 dots an inch
_MOST_PIXELS: Final = 40_000_000  # 120 MB once decoded; no camera of ours has more
_HIGHEST: Final = 62 * mm
_SHOWN: Final = frozenset({"picture", "reference", "photo", "label"})


def choose(claim: Claim) -> tuple[File, ...]:
    """The oldest fault picture behind the reference of its manifest, then others, photos last."""
    files = [one for one in claim.files if one.kind in _SHOWN and not _is_drawn(one)]
    fault = next((one for one in files if one.kind == "picture"), None)
    reference = _reference_of(fault, claim, files)
    pair = [one for one in (reference, fault) if one is not None]
    others = [one for one in files if one not in pair and one.kind != "reference"]
    others.sort(key=lambda one: one.kind != "picture")
    return tuple([*pair, *others][:MOST])


def _is_drawn(one: File) -> bool:
    return one.name == MAP or is_thumbnail(one.name)


def _reference_of(fault: File | None, claim: Claim, files: list[File]) -> File | None:
    references = [one for one in files if one.kind == "reference"]
    for statement in claim.statements:
        if fault is not None and fault.sha256 in statement.names:
            for one in references:
                if one.sha256 in statement.names:
                    return one
    return references[0] if references else None


def place(one: File, contents: Mapping[str, bytes]) -> Flowable | None:
    """The picture for half a page; None when its bytes are none that can be shown."""
    try:
        with Image.open(io.BytesIO(contents[one.path]), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            picture.draft("RGB", (_WIDEST_PX, _WIDEST_PX))
            small = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((_WIDEST_PX, _WIDEST_PX))
    held = io.BytesIO()
    small.save(held, "JPEG", quality=82)
    scale = min((HALF - 4 * mm) / small.width, _HIGHEST / small.height)
    held.seek(0)
    return Placed(held, width=small.width * scale, height=small.height * scale)
