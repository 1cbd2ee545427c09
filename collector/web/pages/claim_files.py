"""The files of a pre-claim, each once and in its place; a preview stands in for its picture."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from collector.store.views.claim_file import EvidenceRow, ManifestRow
from collector.store.views.device_pictures import Shown
from collector.store.views.words import Words
from shared.evidence import FIGURES, MAP, EvidenceKind, full_name, is_thumbnail
from shared.figures import MAX_BYTES, Figures, read
from shared.reading import Reading

_PICTURES: Final = frozenset({"picture", "reference", "clip"})
_FIGURE: Final = "picture."
_DOCUMENTS: Final = frozenset({"transcript", "readings"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture or clip that a manifest names, and what can be shown of it by now."""

    file: EvidenceRow
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """What a page shows of a fault: the two pictures to compare, and what explains them."""

    pair: tuple[Picture, ...]  # reference and fault picture, in this order, as far as named
    map: Picture | None  # where the second departs from the first
    clip: Picture | None
    no_clip: Words | None  # why there is no clip; None when there is one, or nobody said
    others: tuple[Picture, ...]
    figures: Figures | None  # of the fault picture beside this camera's own


async def show_gallery(manifests: Sequence[ManifestRow], evidence_dir: Path) -> Gallery:
    """Everything that is shown of these manifests; files are read in a thread."""
    figures = await asyncio.to_thread(read_figures, manifests, evidence_dir)
    return arrange(manifests, figures)


def figures_behind(because: Iterable[Reading]) -> frozenset[str]:
    """The figures that a finding names."""
    names = (reading.name for reading in because)
    return frozenset(n.removeprefix(_FIGURE) for n in names if n.startswith(_FIGURE))


def arrange(manifests: Sequence[ManifestRow], figures: Figures | None) -> Gallery:
    """The oldest fault picture beside the reference that came with it, and the rest behind."""
    pictures = list_pictures(manifests)
    clip = next((one for one in pictures if one.file.kind == "clip"), None)
    drawn = next((one for one in pictures if one.file.name == MAP), None)
    fault = next(
        (one for one in pictures if one.file.kind == "picture" and one.file.name != MAP), None
    )
    reference = _reference_of(fault, pictures, manifests)
    placed = (reference, fault, drawn, clip)
    missing = (one for manifest in manifests for one in manifest.not_taken)
    why = next((one for one in missing if one.kind is EvidenceKind.CLIP), None)
    return Gallery(
        pair=tuple(one for one in (reference, fault) if one is not None),
        map=drawn,
        clip=clip,
        no_clip=Words(en=why.why_en, zh=why.why_zh) if why and clip is None else None,
        others=tuple(one for one in pictures if one not in placed and one.file.name != MAP),
        figures=figures,
    )


def _reference_of(
    fault: Picture | None, pictures: Sequence[Picture], manifests: Sequence[ManifestRow]
) -> Picture | None:
    """The reference of the manifest that names the fault picture, else any."""
    references = [one for one in pictures if one.file.kind == "reference"]
    for manifest in manifests:
        named = {item.sha256 for item in manifest.items}
        if fault is not None and fault.file.sha256 in named:
            for one in references:
                if one.file.sha256 in named:
                    return one
    return references[0] if references else None


def read_figures(manifests: Sequence[ManifestRow], evidence_dir: Path) -> Figures | None:
    """The oldest document of figures that has arrived, one with a baseline first; blocking."""
    found = [
        document
        for manifest in manifests
        for item in manifest.items
        if item.here and item.name == FIGURES and item.size <= MAX_BYTES
        if (document := _read_document(evidence_dir / item.sha256[:2] / item.sha256)) is not None
    ]
    return next((one for one in found if one.figures), next(iter(found), None))


def _read_document(path: Path) -> Figures | None:
    try:
        return read(path.read_bytes())
    except OSError:
        return None  # taken away by hand: the page lives without it


def list_documents(manifests: Sequence[ManifestRow]) -> tuple[EvidenceRow, ...]:
    """Transcripts and readings, each once, oldest first."""
    once = {
        item.sha256: item
        for manifest in manifests
        for item in manifest.items
        if item.kind in _DOCUMENTS
    }
    return tuple(sorted(once.values(), key=lambda item: item.taken_at))


def list_pictures(manifests: Sequence[ManifestRow]) -> tuple[Picture, ...]:
    """Pictures and clips, each once, oldest first, reference pictures last."""
    once: dict[str, Picture] = {}
    for manifest in manifests:
        names = {item.name for item in manifest.items}
        for item in manifest.items:
            if item.kind not in _PICTURES:
                continue
            if is_thumbnail(item.name) and full_name(item.name) in names:
                continue  # shown as its picture, as far as that is here
            once.setdefault(item.sha256, Picture(file=item, shown=_show(item, manifest)))
    return tuple(
        sorted(once.values(), key=lambda one: (one.file.kind == "reference", one.file.taken_at))
    )


def _show(item: EvidenceRow, manifest: ManifestRow) -> Shown:
    if item.here:
        sha256 = item.sha256
    else:
        small = (
            other.sha256
            for other in manifest.items
            if other.here and is_thumbnail(other.name) and full_name(other.name) == item.name
        )
        sha256 = next(small, "")
    return Shown(
        sha256=sha256,
        is_whole=item.here and (item.name == MAP or not is_thumbnail(item.name)),
        received_bytes=item.received_bytes,
        size=item.size,
    )
