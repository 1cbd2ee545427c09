"""What a claim must hold before it is ready to submit: named items, each here or not. Pure.

Source: claims and warranty, section 14, level 'must', as far as the machine can tell; which kinds
of files a fault needs is in the fault catalogue. What it should hold besides: ``supporting``.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from collector.claims.field_proof import ProofKind, needed_by
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome

# The policy wants pictures or video with every claim.
_IMAGES: Final = frozenset({"picture", "clip"})
UNDATED: Final = frozenset({"unknown_serial", "duplicate_serial"})
TEST: Final = "test"
"""The log of an active test: not a kind of file, but counted among the kinds that are here."""


class Level(enum.Enum):
    """How much a claim needs something; only what it must have can keep it from being ready."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that belongs to a claim; ``name`` is a key of the texts, e.g. ``picture``.

    What is not known to be here is not here: an item is a gap until something proves it.
    """

    name: str
    here: bool
    level: Level = Level.MUST
    at: datetime | None = None  # when the newest of it came, by our clock; None: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of the items of one level are here."""

    here: int
    total: int


def needs_test(codes: Collection[str]) -> bool:
    """Whether one of these faults is claimed of a part that an active test can move.

    Claims and warranty, section 11: a commanded toggle without an optical change.
    """
    return any(
        entry.has_experiment and entry.outcome is Outcome.CLAIMABLE
        for code in codes
        if (entry := CATALOGUE.get(code)) is not None
    )


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
    ``kinds_here`` are the kinds of which a whole file has arrived (a thumbnail is none), and
    ``TEST`` where the log of an active test has;
    ``signatures`` are the verdicts of all its manifests: one that does not hold spoils the file.
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
        *((Item(name=TEST, here=TEST in kinds_here),) if needs_test(codes) else ()),
        *(() if not _IMAGES.isdisjoint(needed) else (Item(name="image", here=has_image),)),
        *from_site,
        Item(name="signature", here=set(signatures) == {"verified"}),
        *(() if is_profile_proven is None else (Item(name="profile", here=is_profile_proven),)),
    )


def is_complete(items: Iterable[Item]) -> bool:
    """True when nothing is missing that must be there."""
    return not missing(items)


def missing(items: Iterable[Item]) -> tuple[str, ...]:
    """The names of what must be there and is not; what only should be there blocks nothing."""
    return tuple(item.name for item in items if item.level is Level.MUST and not item.here)


def count(items: Iterable[Item], level: Level) -> Count:
    """How many items of a level are here."""
    found = [item.here for item in items if item.level is level]
    return Count(here=sum(found), total=len(found))
