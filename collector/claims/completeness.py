"""What a claim must hold before it is ready to submit: named items, each here or not. Pure.

Source: claims and warranty, section 14, level 'must', as far as the machine can tell; which kinds
of files a fault needs is in the fault catalogue.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from collector.claims.field_proof import ProofKind, needed_by
from shared.catalogue import CATALOGUE

# The policy wants pictures or video with every claim.
_IMAGES: Final = frozenset({"picture", "clip"})
UNDATED: Final = frozenset({"unknown_serial", "duplicate_serial"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that must be there; ``name`` is a key of the texts, e.g. ``picture``."""

    name: str
    here: bool


def check(
    *,
    label_serial: str,
    model: str,
    firmware: str,
    warranty_verdict: str,
    codes: Collection[str],
    kinds_here: Collection[str],
    signatures: Collection[str],
    is_profile_proven: bool | None = None,
    proven: Collection[str] = (),
) -> tuple[Item, ...]:
    """Every must item of a claim.

    ``codes`` are those of the findings that carry the claim. ``is_profile_proven`` is False while
    all of them rest on readings of an unproven firmware profile, and None where none does.
    ``proven`` are the values of ``ProofKind`` that people at the site have proven.
    ``kinds_here`` are the kinds of which a whole file has arrived (a thumbnail is none),
    ``signatures`` the verdicts of all its manifests: one that does not hold spoils the file.
    """
    needed = sorted(
        {
            kind.value
            for code in codes
            if (entry := CATALOGUE.get(code)) is not None
            for kind in entry.needs
        }
    )
    from_site = tuple(Item(name=kind.value, here=kind.value in proven) for kind in needed_by(codes))
    has_image = not _IMAGES.isdisjoint(kinds_here) or ProofKind.PHOTO.value in proven
    return (
        Item(name="serial", here=bool(label_serial)),
        Item(name="model", here=bool(model)),
        Item(name="firmware", here=bool(firmware)),
        Item(name="delivery", here=warranty_verdict not in UNDATED),
        *(Item(name=kind, here=kind in kinds_here) for kind in needed),
        *(() if not _IMAGES.isdisjoint(needed) else (Item(name="image", here=has_image),)),
        *from_site,
        Item(name="signature", here=set(signatures) == {"verified"}),
        *(() if is_profile_proven is None else (Item(name="profile", here=is_profile_proven),)),
    )


def is_complete(items: tuple[Item, ...]) -> bool:
    """True when nothing is missing."""
    return all(item.here for item in items)
