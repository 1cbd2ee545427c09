"""What a pre-claim must hold that only people speak of: no agent signs or probes there. Pure.

Source: claims and warranty, sections 1 and 14, level 'must', as far as a person can bring it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from collector.claims.completeness import UNDATED, Item
from collector.claims.report import Subject

IMAGES: Final = frozenset({"photo", "video"})  # kinds of files that show the fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people told and brought for a line."""

    has_description: bool = False
    has_tried: bool = False
    file_kinds: frozenset[str] = frozenset()
    files: int = 0
    is_alone: bool = False  # no agent ever told a fault of this line

    @property
    def has_image(self) -> bool:
        """Whether somebody brought a picture or a video of it."""
        return not IMAGES.isdisjoint(self.file_kinds)


NOTHING_TOLD: Final = Told()


def check(
    *, subject: str, serial: str, batch: str, model: str, warranty_verdict: str, told: Told
) -> tuple[Item, ...]:
    """Every must item of a line that only people speak of."""
    is_lot = subject == Subject.MODULE_LOT.value
    return (
        Item(name="lot", here=bool(batch)) if is_lot else Item(name="serial", here=bool(serial)),
        Item(name="model", here=bool(model)),
        Item(name="delivery", here=warranty_verdict not in UNDATED),
        Item(name="description", here=told.has_description),
        Item(name="image", here=told.has_image),
        Item(name="tried", here=told.has_tried),
    )


def proven_by(told: Told, proven: Collection[str]) -> frozenset[str]:
    """What people proved for a line that an agent speaks of: a photo they brought is a photo."""
    photo = {"photo"} if told.has_image else set()
    return frozenset(proven) | photo
