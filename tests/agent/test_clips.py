"""Clips in passes: taken when a fault is about to open, told in its manifest, or why not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.camera.light import Light
from agent.camera.port import CameraError, Cause, ClipLimits, NoClip
from agent.clip_plan import MOST_BYTES
from agent.clip_purse import AT_ONCE_BYTES
from agent.delivery import keepsake_store
from agent.diagnosis.advance import is_about_to_open
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.rule import Finding, Persistence, Rule, Verdict, View
from agent.probes import PROBES
from agent.topology import WIRED_MAINS
from agent.uplink_budget import Mode
from shared import figures, wire
from shared.evidence import FIGURES, EvidenceChunk, EvidenceItem, EvidenceKind, Manifest
from shared.fault import EvidenceAdded, FaultEvent, FaultKind, FaultState
from shared.wire import UpMessage
from tests.agent.fakes import FEATURES, NOON
from tests.agent.test_cycle import BLACK, Bench

DOUBTFUL = replace(FEATURES, luma_mean=30.0, luma_std=3.0, luma_p99=40.0, dark_share=0.3)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh bench that has seen one good picture."""
    made = Bench(tmp_path)
    yield made
    made.database.close()


async def go_black(bench: Bench) -> list[UpMessage]:
    """A good visit, then the picture is black until its fault opens; what was told since."""
    await bench.visit()
    bench.told()
    bench.camera.features = BLACK
    await bench.visit()
    await bench.visit()
    return bench.told()


def opening(told: list[UpMessage], code: str = "picture.black") -> Manifest:
    """The manifest of the event that opened a fault."""
    (event,) = [
        m
        for m in told
        if isinstance(m, FaultEvent) and m.kind is FaultKind.OPENED and m.code == code
    ]
    assert event.manifest is not None
    return wire.decode_manifest(event.manifest.body)


def clips_in(manifest: Manifest) -> list[EvidenceItem]:
    """Its clips."""
    return [item for item in manifest.items if item.kind is EvidenceKind.CLIP]


async def test_only_the_visit_that_opens_a_fault_asks_for_one(bench: Bench) -> None:
    """A good visit and a first suspicion cost no second of a watch; the opening has its clip."""
    told = await go_black(bench)
    manifest = opening(told)
    (clip,) = clips_in(manifest)

    assert bench.camera.clips_asked == [None, None, ClipLimits(seconds=12.0, bytes=3 * 1024 * 1024)]
    assert (clip.name, clip.media_type) == ("clip.mp4", "video/mp4")
    assert clip.sha256 in {chunk.sha256 for chunk in told if isinstance(chunk, EvidenceChunk)}
    assert manifest.not_taken == ()
    assert manifest.items[-1] is not None
    assert manifest.items[-1].kind is EvidenceKind.CLIP  # the largest goes last


@pytest.mark.parametrize(
    ("recording", "word"),
    [
        pytest.param(NoClip(en="packets were lost", zh="丢包"), "packets were lost", id="loss"),
        pytest.param(None, "not watched", id="nobody watched"),
    ],
)
async def test_the_manifest_says_why_there_is_none(
    bench: Bench, recording: NoClip | None, word: str
) -> None:
    """A fault opens without its clip all the same; the signed manifest has the reason."""
    bench.camera.recording = recording
    manifest = opening(await go_black(bench))
    (missing,) = manifest.not_taken

    assert clips_in(manifest) == []
    assert missing.kind is EvidenceKind.CLIP
    assert word in missing.why_en
    assert missing.why_zh


async def test_a_stream_that_is_none_costs_the_clip_alone(bench: Bench) -> None:
    """What the child cannot put together becomes a reason, never a failed pass."""
    bench.camera.clip_failure = CameraError(Cause.DECODE_FAILED, "no header")
    manifest = opening(await go_black(bench))

    assert "no header" in manifest.not_taken[0].why_en
    assert {EvidenceKind.PICTURE, EvidenceKind.REFERENCE} <= {i.kind for i in manifest.items}


async def test_what_the_plan_holds_back_is_not_even_taken(bench: Bench) -> None:
    """With a plan that is nearly spent no longer watch is made, and the manifest says so."""
    bench.settings = replace(bench.settings, is_paid=True, uplink_mode=lambda: Mode.THUMBNAILS)
    manifest = opening(await go_black(bench))

    assert bench.camera.clips_asked == [None, None, None]
    assert "data plan" in manifest.not_taken[0].why_en


async def test_a_budget_that_is_nearly_spent_forbids_it(bench: Bench) -> None:
    """The day's bytes of the camera hold for clips as for probes."""
    await bench.visit()
    bench.camera.features = BLACK
    await bench.visit()
    bench.told()
    probes = sum(probe.cost.bytes for probe in PROBES)
    tight = replace(WIRED_MAINS, bytes_per_day=probes + MOST_BYTES)
    await bench.visit(budget=tight)

    assert "budget" in opening(bench.told()).not_taken[0].why_en


async def test_a_follow_up_brings_what_the_opening_lacked(bench: Bench) -> None:
    """The later manifest of an episode tries once more; one that has its clip asks for none."""
    bench.camera.recording = NoClip(en="packets were lost", zh="丢包")
    await go_black(bench)
    bench.camera.recording = type(bench.camera).recording
    for _ in range(3):
        await bench.visit()
    more = [
        wire.decode_manifest(m.manifest.body)
        for m in bench.told()
        if isinstance(m, EvidenceAdded) and m.episode is not None
    ]

    assert sum(len(clips_in(manifest)) for manifest in more) == 1
    assert bench.camera.clips_made == 1


async def test_one_clip_an_hour_is_enough(bench: Bench) -> None:
    """The follow-up of a fault whose opening had a clip does not watch longer again."""
    await go_black(bench)
    for _ in range(4):
        await bench.visit()

    assert bench.camera.clips_made == 1


async def test_a_doubt_that_lasts_is_filmed_now_and_then(bench: Bench) -> None:
    """A fault that stays one finding short is not filmed at each visit, nor without an end."""
    await bench.visit()
    bench.camera.features = BLACK
    await bench.visit()
    bench.camera.features = DOUBTFUL
    for _ in range(30):
        await bench.visit()
    asked = [one is not None for one in bench.camera.clips_asked]

    assert asked == [False, False, True, False, True] + [False] * 27


async def test_a_camera_that_is_visited_twice_a_day_is_filmed(bench: Bench) -> None:
    """The newest finding is half a day old, and of the visit before this one."""
    await bench.visit()
    bench.camera.features = BLACK
    await bench.visit()
    bench.clock.pass_by(hours=12)
    await bench.visit()

    assert len(clips_in(opening(bench.told()))) == 1


async def test_a_visit_to_the_stream_alone_spends_no_clip_of_a_picture_fault(bench: Bench) -> None:
    """It judges no picture: neither the opening nor the follow-up is filmed in it."""
    stream = [probe for probe in PROBES if probe.name == "stream"]
    await bench.visit()
    bench.camera.features = BLACK
    await bench.visit()
    await bench.visit(probes=stream)
    bench.camera.recording = NoClip(en="packets were lost", zh="丢包")
    await bench.visit()
    for _ in range(4):
        await bench.visit(probes=stream)
    asked = [one is not None for one in bench.camera.clips_asked]

    assert asked == [False, False, False, True, False, False, False, False]
    assert "packets were lost" in opening(bench.told()).not_taken[0].why_en


async def test_tries_in_vain_do_not_put_a_follow_up_off(bench: Bench) -> None:
    """An open fault is no doubt: it has its clip, however often the doubt was filmed before."""
    bench.settings.clip_purse.tried_at["gate-north"] = (NOON - timedelta(minutes=20),) * 8
    not_taken = opening(await go_black(bench)).not_taken
    for _ in range(3):
        await bench.visit()

    assert "not certain yet" in not_taken[0].why_en
    assert bench.camera.clips_made == 1


async def test_a_whole_site_is_not_filmed_at_once(bench: Bench) -> None:
    """What clips of other cameras hold in memory is not there for one more."""
    purse = bench.settings.clip_purse
    with contextlib.ExitStack() as stack:
        for number in range(2):
            other = ClipLimits(seconds=12.0, bytes=MOST_BYTES)
            stack.enter_context(purse.lend(f"other-{number}", other, now=NOON))
        manifest = opening(await go_black(bench))

    assert "other cameras" in manifest.not_taken[0].why_en
    assert purse.free_bytes == AT_ONCE_BYTES


def test_about_to_open_is_what_the_engine_would_do() -> None:
    """Suspected, and one finding short; not before the span is reached, nor once open."""

    def judge(view: View) -> Finding:
        return Finding(code="picture.black", verdict=Verdict.FAULT, summary_en="", summary_zh="")

    rule = Rule(
        code="picture.black",
        needs=("picture.luma_mean",),
        judge=judge,
        persistence=Persistence(open_n=2, open_m=3, open_span=timedelta(hours=1)),
    )
    suspected = FaultMemory(
        "picture.black", state=FaultState.SUSPECTED, window=(True,), window_at=(NOON,)
    )

    assert not is_about_to_open(None, rule, now=NOON)
    assert not is_about_to_open(suspected, rule, now=NOON + timedelta(minutes=50))
    assert is_about_to_open(suspected, rule, now=NOON + timedelta(minutes=60))
    assert not is_about_to_open(FaultMemory("picture.black", state=FaultState.OPEN), rule, now=NOON)


async def test_the_accepted_picture_stands_beside_the_fault(bench: Bench) -> None:
    """What a person accepted in this light is the reference of a dispute; else the newest good
    picture is."""
    newest = opening(await go_black(bench))
    (reference,) = [i for i in newest.items if i.kind is EvidenceKind.REFERENCE]
    assert "no picture fault stood" in reference.note


async def test_an_acceptance_comes_before_the_newest_good_picture(bench: Bench) -> None:
    """The note says that a person accepted it; its bytes are those that were kept on that day."""
    accepted = Acceptance(Light.DAY, NOON, {}, b"\xff\xd8accepted")
    with bench.database.transaction() as db:
        keepsake_store.keep_acceptance(db, "gate-north", accepted)
    bench.camera.light = "day"
    told = await go_black(bench)
    (reference,) = [i for i in opening(told).items if i.kind is EvidenceKind.REFERENCE]
    sent = {c.sha256: c.content for c in told if isinstance(c, EvidenceChunk)}

    assert "a person accepted it" in reference.note
    assert reference.taken_at == NOON
    assert sent[reference.sha256] == b"\xff\xd8accepted"


async def test_a_night_picture_has_a_night_reference(bench: Bench) -> None:
    """The newest good picture of each light is kept, and that of the fault's light is shown."""
    bench.camera.light = "day"
    await bench.visit()
    bench.camera.light = "night"
    bench.camera.features = replace(bench.camera.features, luma_mean=100.0)
    told = await go_black(bench)
    (reference,) = [i for i in opening(told).items if i.kind is EvidenceKind.REFERENCE]

    assert reference.taken_at == NOON + timedelta(minutes=10)


async def test_the_figures_travel_with_the_fault(bench: Bench) -> None:
    """A small document says what the picture measured, and how much of a past it is judged by."""
    told = await go_black(bench)
    (item,) = [i for i in opening(told).items if i.name == FIGURES]
    content = b"".join(
        c.content for c in told if isinstance(c, EvidenceChunk) and c.sha256 == item.sha256
    )
    document = figures.read(content)

    assert document is not None
    assert document.taken_at == NOON + timedelta(minutes=20)
    assert item.size < 8 * 1024
