"""A thumbnail is shown until its picture comes, and never taken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from collector.store.views.claim_file import EvidenceRow, ManifestRow
from collector.web.pages.claims import PICTURES, _one_each, kinds_here

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
THUMBNAIL = EvidenceRow(
    sha256="a" * 64,
    kind="picture",
    media_type="image/jpeg",
    name="thumbnail-2.jpg",
    size=900,
    received_bytes=900,
    taken_at=NOON,
    note="thumbnail of picture-2.jpg",
    here=True,
)
PICTURE = replace(
    THUMBNAIL, sha256="b" * 64, name="picture-2.jpg", size=90_000, received_bytes=0, here=False
)


def manifest(*items: EvidenceRow) -> ManifestRow:
    """A manifest of these files."""
    return ManifestRow(
        id=1,
        agent_id="a",
        code="picture.blurred",
        key_id="k",
        verdict="verified",
        received_at=NOON,
        items=items,
    )


def test_it_stands_in_for_a_picture_that_is_on_its_way() -> None:
    """Both are shown while the picture comes; then the picture alone."""
    here = replace(PICTURE, here=True)

    assert _one_each([manifest(THUMBNAIL, PICTURE)], PICTURES) == (THUMBNAIL, PICTURE)
    assert _one_each([manifest(THUMBNAIL, here)], PICTURES) == (here,)


def test_it_completes_no_claim() -> None:
    """With the thumbnail alone the claim still lacks its picture."""
    assert kinds_here([manifest(THUMBNAIL, PICTURE)]) == set()
    assert kinds_here([manifest(THUMBNAIL, replace(PICTURE, here=True))]) == {"picture"}
