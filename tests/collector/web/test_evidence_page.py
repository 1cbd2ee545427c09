"""What a page shows of a picture fault: two pictures, a map, a clip, figures and their levels."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from agent.diagnosis.pictures.figures import LEAST_OF
from collector.store import unsubmitted
from collector.web.voice import LANGUAGES, Voice
from collector.whole_files import kinds_here
from shared import figures, notes
from shared.evidence import FIGURES
from tests.collector.web.conftest import Console, Signed
from tests.collector.web.evidence_seed import (
    CLIP,
    DOCUMENT,
    DRAWN,
    FAULT,
    MP4,
    NO_CLIP,
    REFERENCE,
    TABLE,
    WHOLE,
    File,
    put,
)
from tests.collector.web.test_thumbnails import PICTURE, manifest
from tests.collector.web.test_trust import verdict_of


def pages(console: Console, language: str) -> tuple[str, str]:
    """A pre-claim and a verdict, which share what they show of evidence."""
    return f"/preclaims/1?lang={language}", f"/verdicts/{verdict_of(console)}?lang={language}"


def put_both(console: Console, files: tuple[File, ...] = WHOLE) -> None:
    """The same evidence for the pre-claim and for the verdict."""
    put(console, files)
    put(console, files, episode=verdict_episode(console))


def verdict_episode(console: Console) -> int:
    """The episode of the seeded verdict."""
    with console.engine.connect() as db:
        return int(
            db.exec_driver_sql(
                "SELECT d.episode_id FROM passive_verdict v JOIN decision d ON d.id = v.decision_id"
            ).scalar_one()
        )


@pytest.mark.parametrize("page", [0, 1], ids=["pre-claim", "verdict"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("Map of the departure", "detail lost", "As the camera coded it", "Usual for this",
             "Detail against the reference", "below 0.68", "0.98 ± 0.03", "0.91 … 1.04", "beyond",
             "40 good pictures", "the reference on 23", "day, in colour", "above 5.2",
             "below -4 or above 4", "Begun"),
        ),
        (
            "zh",
            ("差异图", "细节丢失", "摄像机原始编码", "该摄像机平时", "细节与参考之比", "低于 0.68",
             "0.98 ± 0.03", "0.91 … 1.04", "越限", "40 张正常画面", "由 23 张合成", "白天彩色",
             "高于 5.2", "低于 -4 或 高于 4", "始于"),
        ),
    ],
)  # fmt: skip
async def test_everything_is_shown_in_both_languages(
    console: Console, signed: Signed, page: int, language: str, words: tuple[str, ...]
) -> None:
    """Reference and fault picture in this order, the map with its legend, the clip in a player,
    and the figures with what is usual and the level, on both pages."""
    put_both(console)
    text = await (await (await signed("engineer")).get(pages(console, language)[page])).text()
    first, second = (
        text.index(f'src="/evidence/{REFERENCE.sha256}"'),
        text.index(f'src="/evidence/{FAULT.sha256}"'),
    )

    assert first < second < text.index(f'src="/evidence/{DRAWN.sha256}"')
    assert f'<video controls preload="metadata" playsinline src="/evidence/{CLIP.sha256}">' in text
    assert [word for word in words if word not in text] == []
    assert "ref_detail<" not in text
    assert "Preview only" not in text
    assert "仅为预览图" not in text


async def test_only_what_departs_or_is_named_stands_in_front(
    console: Console, signed: Signed
) -> None:
    """Of three figures the one beyond its level is shown, the others wait behind a click."""
    put_both(console)
    text = await (await (await signed("engineer")).get("/preclaims/1?lang=en")).text()
    front, behind = text.split("2 other figures")

    assert "Detail against the reference" in front
    assert "Noise" in behind
    assert "Noise" not in front


async def test_a_clip_that_is_missing_says_why(console: Console, signed: Signed) -> None:
    """The reason of the signed manifest, in the reader's language; a clip that came later has
    none to give."""
    put(console, (FAULT, REFERENCE), not_taken=(NO_CLIP,))
    engineer = await signed("engineer")
    english = await (await engineer.get("/preclaims/1?lang=en")).text()
    chinese = await (await engineer.get("/preclaims/1?lang=zh")).text()
    put(console, WHOLE, not_taken=(NO_CLIP,))
    later = await (await engineer.get("/preclaims/1?lang=en")).text()

    assert "No clip: packets of the stream were lost" in english
    assert "无视频片段：视频流丢包" in chinese
    assert "<video" not in english
    assert "No clip" not in later


async def test_a_clip_on_its_way_has_its_place(console: Console, signed: Signed) -> None:
    """While pieces are missing there is no player, but how much has come."""
    put(console, (FAULT, replace(CLIP, here=False)))
    text = await (await (await signed("engineer")).get("/preclaims/1?lang=en")).text()

    assert "<video" not in text
    assert f"on its way: {len(MP4) // 3} B of {len(MP4)} B" in text


async def test_a_clip_is_served_as_video_and_by_ranges(console: Console, signed: Signed) -> None:
    """Browsers ask for parts of it; scripts and frames are forbidden to whatever it holds."""
    put(console, WHOLE)
    engineer = await signed("engineer")
    whole = await engineer.get(f"/evidence/{CLIP.sha256}")
    part = await engineer.get(f"/evidence/{CLIP.sha256}", headers={"Range": "bytes=10-19"})

    assert (whole.status, whole.headers["Content-Type"]) == (200, "video/mp4")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert (part.status, await part.read()) == (206, MP4[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(MP4)}"


async def test_only_a_clip_is_video(console: Console, signed: Signed) -> None:
    """Neither a picture that is an MP4 nor a clip that is none is played."""
    fake = File(name="clip.mp4", kind="clip", content=b"<html>" * 9)
    other = File(name="picture-9.jpg", kind="picture", content=MP4 + b"x")
    put(console, (fake, other))
    engineer = await signed("engineer")
    for file in (fake, other):
        answer = await engineer.get(f"/evidence/{file.sha256}")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("content", [b'{"taken_at": "never"}', b"\xff" * 70_000])
async def test_a_bad_document_costs_the_table_alone(
    console: Console, signed: Signed, content: bytes
) -> None:
    """The page lives without it, and the rest is shown."""
    put(console, (FAULT, replace(TABLE, content=content)))
    answer = await (await signed("engineer")).get("/preclaims/1?lang=en")
    text = await answer.text()

    assert answer.status == 200
    assert FAULT.sha256 in text
    assert "Figures beside" not in text


async def test_a_young_baseline_is_said_to_be_one(console: Console, signed: Signed) -> None:
    """Without enough of a past there are no levels, and the page says how far it has come."""
    young = msgspec.structs.replace(DOCUMENT, learnt=3, figures=())
    put(console, (FAULT, replace(TABLE, content=figures.write(young))))
    engineer = await signed("engineer")

    assert "3 of 12 good pictures" in await (await engineer.get("/preclaims/1?lang=en")).text()
    assert "正常画面 3/12 张" in await (await engineer.get("/preclaims/1?lang=zh")).text()


async def test_a_distributor_sees_none_of_it(console: Console, signed: Signed) -> None:
    """Pictures, clips and figures of a site stay with its keepers and the factory."""
    put(console, WHOLE)
    text = await (await (await signed("distributor")).get("/preclaims/2?lang=en")).text()

    assert "<video" not in text
    assert "/evidence/" not in text
    assert "Figures beside" not in text


def test_the_document_of_figures_stands_for_no_series() -> None:
    """A claim that needs readings is not complete with the figures of one picture."""
    table = replace(PICTURE, name=FIGURES, kind="readings", here=True)

    assert kinds_here([manifest(table)]) == set()


async def test_nor_where_claims_are_tended(console: Console) -> None:
    """What decides that a claim is ready counts as the page does."""
    put(console, (FAULT, TABLE, DRAWN))
    with console.engine.connect() as db:
        (line,) = [one for one in unsubmitted.read(db) if one.id == 1]

    assert line.kinds_here == {"picture"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_a_plain_name(language: str) -> None:
    """No reader meets a name of ours."""
    voice = Voice(language)
    unnamed = [name for name in LEAST_OF if voice.name("figure", name) == name]

    assert unnamed == []


def test_every_note_of_a_file_is_told_in_chinese() -> None:
    """What agents write into manifests are keys of our texts."""
    voice = Voice("zh")
    untold = [note for note in notes.ALL if voice.name("note", note) == note]

    assert untold == []


async def test_each_count_says_what_it_counts(signed: Signed) -> None:
    """Signed files in the heading, required items and supporting ones below: three counts."""
    client = await signed("engineer")
    page = await (await client.get("/preclaims/2?lang=en")).text()
    for words in (
        "signed files here: 4 of 4",
        "7 of 7 required items",
        "Supporting items: 3 of 9",
    ):
        assert words in page, words
    chinese = await (await client.get("/preclaims/2?lang=zh")).text()
    for words in (
        "签名文件已到 4/4",
        "必需资料 7 项中已有 7 项",
        "补充资料：9 项中已有 3 项",
    ):
        assert words in chinese, words
