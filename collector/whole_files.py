"""Which files of a manifest have arrived whole, and what each counts for."""

from __future__ import annotations

from collections.abc import Sequence

from collector.claims.completeness import TEST
from collector.store.views.claim_file import EvidenceRow, ManifestRow
from shared.evidence import FIGURES, FILTER_TEST, is_thumbnail


def whole_files(manifest: ManifestRow) -> tuple[EvidenceRow, ...]:
    """Its files that have arrived whole; what only explains another file counts for none."""
    return tuple(
        item
        for item in manifest.items
        if item.here and item.name != FIGURES and not is_thumbnail(item.name)
    )


def kind_of(item: EvidenceRow) -> str:
    """What a file counts for: the log of a test for the test, whatever kind of file it is."""
    return TEST if item.name == FILTER_TEST else item.kind


def kinds_here(manifests: Sequence[ManifestRow]) -> set[str]:
    """Kinds of which a whole file has arrived."""
    return {kind_of(item) for manifest in manifests for item in whole_files(manifest)}
