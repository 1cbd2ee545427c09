"""A thumbnail is shown until its picture comes, and never taken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update

from collector.store import tables as t
from collector.store.views.claim_file import EvidenceRow, ManifestRow
from collector.web.pages.claim_files import list_pictures
from collector.whole_files import kinds_here
from tests.collector.web.conftest import Console, Signed

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
    """One figure for both: the preview while the picture comes, then the picture."""
    (coming,) = list_pictures([manifest(THUMBNAIL, PICTURE)])
    assert (coming.file, coming.shown.sha256) == (PICTURE, THUMBNAIL.sha256)
    assert not coming.shown.is_whole

    here = replace(PICTURE, here=True)
    (come,) = list_pictures([manifest(THUMBNAIL, here)])
    assert (come.file, come.shown.sha256, come.shown.is_whole) == (here, here.sha256, True)

    (alone,) = list_pictures([manifest(THUMBNAIL)])
    assert (alone.shown.sha256, alone.shown.is_whole) == (THUMBNAIL.sha256, False)

    (nothing,) = list_pictures([manifest(replace(THUMBNAIL, here=False), PICTURE)])
    assert nothing.shown.sha256 == ""


def test_it_completes_no_claim() -> None:
    """With the thumbnail alone the claim still lacks its picture."""
    assert kinds_here([manifest(THUMBNAIL, PICTURE)]) == set()
    assert kinds_here([manifest(THUMBNAIL, replace(PICTURE, here=True))]) == {"picture"}


def put(console: Console, *items: EvidenceRow) -> None:
    """One manifest of device 2 with these files; its last picture is the one of PICTURE."""
    with console.engine.begin() as db:
        manifest_id = db.execute(select(func.min(t.manifest.c.id))).scalar_one()
        for number, item in enumerate(items, start=50):
            db.execute(
                insert(t.manifest_item).values(
                    manifest_id=manifest_id, number=number, organisation_id="fit",
                    sha256=item.sha256, size=item.size, kind=item.kind, name=item.name,
                    media_type=item.media_type, taken_at=item.taken_at, note=item.note,
                )
            )  # fmt: skip
            db.execute(
                insert(t.evidence_file).values(
                    sha256=item.sha256, size=item.size, organisation_id="fit",
                    received_bytes=item.received_bytes, complete=item.here,
                )
            )  # fmt: skip
        db.execute(
            update(t.position)
            .where(t.position.c.id == 2)
            .values(picture_sha256=PICTURE.sha256, picture_at=NOON, reference_sha256=None)
        )


async def test_the_device_page_shows_it_and_says_that_it_is_one(
    console: Console, signed: Signed
) -> None:
    """While pieces of the picture are missing its thumbnail stands there, with what has come."""
    half = replace(PICTURE, received_bytes=49_152)
    put(console, THUMBNAIL, half)
    client = await signed("integrator")
    text = await (await client.get("/devices/2?lang=en")).text()
    assert f'src="/evidence/{THUMBNAIL.sha256}"' in text
    assert PICTURE.sha256 not in text
    assert "Preview only" in text
    assert "on its way" in text
    assert "仅为预览图" in await (await client.get("/devices/2?lang=zh")).text()

    with console.engine.begin() as db:
        db.execute(
            update(t.evidence_file)
            .where(t.evidence_file.c.sha256 == PICTURE.sha256)
            .values(complete=True)
        )
    text = await (await client.get("/devices/2?lang=en")).text()
    assert f'src="/evidence/{PICTURE.sha256}"' in text
    assert THUMBNAIL.sha256 not in text
    assert "Preview only" not in text


async def test_a_picture_without_one_is_said_to_be_coming(console: Console, signed: Signed) -> None:
    """No broken image: a place that says what it waits for."""
    put(console, replace(THUMBNAIL, here=False), PICTURE)
    text = await (await (await signed("integrator")).get("/devices/2?lang=en")).text()
    assert "Picture not here yet" in text
    assert "/evidence/" not in text


async def test_the_preclaim_page_says_that_it_is_one_too(console: Console, signed: Signed) -> None:
    """Who judges a claim is never shown a preview as its fault picture, in either language."""
    with console.engine.begin() as db:
        db.execute(delete(t.manifest_item).where(t.manifest_item.c.kind == "picture"))
    put(console, THUMBNAIL, replace(PICTURE, received_bytes=49_152))
    engineer = await signed("engineer")
    for language, preview in (("en", "Preview only"), ("zh", "仅为预览图")):
        text = await (await engineer.get(f"/preclaims/1?lang={language}")).text()
        assert f'src="/evidence/{THUMBNAIL.sha256}" alt="{preview}"' in text
        assert f"<span>{preview}</span>" in text
        assert "49 kB" in text
        assert THUMBNAIL.note not in text

    with console.engine.begin() as db:
        db.execute(
            update(t.evidence_file)
            .where(t.evidence_file.c.sha256 == PICTURE.sha256)
            .values(complete=True)
        )
    text = await (await engineer.get("/preclaims/1?lang=en")).text()
    assert f'src="/evidence/{PICTURE.sha256}" alt="Fault picture"' in text
    assert "Preview only" not in text
