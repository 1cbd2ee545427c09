"""The files of a pre-claim, each once; a preview stands in for a picture that is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from collector.store.views.claim_file import EvidenceRow, ManifestRow
from collector.store.views.device_pictures import Shown
from shared.evidence import full_name, is_thumbnail

_PICTURES: Final = frozenset({"picture", "reference", "clip"})
_DOCUMENTS: Final = frozenset({"transcript", "readings"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture or clip that a manifest names, and what can be shown of it by now."""

    file: EvidenceRow
    shown: Shown


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
        is_whole=item.here and not is_thumbnail(item.name),
        received_bytes=item.received_bytes,
        size=item.size,
    )
