"""Clips: whole pictures of a stream, put into MP4 as they are, read back by ffprobe and ffmpeg."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.decoder import Decoder
from agent.camera.port import CameraError, Cause, ClipLimits, CodedFrame, NoClip, Recording
from agent.camera.remux import decode_times
from agent.camera.rtsp.h264 import H264
from agent.camera.rtsp.h265 import H265
from agent.camera.rtsp.nal import START_CODE, NalCodec, split_annexb
from agent.camera.rtsp.recording import LONGEST_S, Recorder
from simulator.camera import SimulatedCamera
from simulator.video.encode import encode_loop
from simulator.video.scene_spec import SceneSpec
from tests.agent.camera.conftest import CameraMaker
from tests.agent.camera.test_rtp import IDR, PPS, SLICE, SPS, packet
from tests.agent.camera.test_simulator import camera_of, spec

FFPROBE, FFMPEG = shutil.which("ffprobe"), shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(
    FFPROBE is None or FFMPEG is None, reason="ffprobe and ffmpeg are not installed"
)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIMITS = ClipLimits(seconds=12.0, bytes=3_000_000)
HZ = 90_000
CODECS = {"H264": H264, "H265": H265}


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    """A decoder of one child."""
    made = Decoder()
    yield made
    await made.close()


def recorder(limits: ClipLimits = LIMITS) -> Recorder:
    """A recorder of an H.264 stream whose description has the parameter sets."""
    return Recorder(H264, parameter_sets=(SPS, PPS), clock_hz=HZ, limits=limits)


def shown(found: Recording | NoClip) -> list[tuple[int, bool]]:
    """Ticks and key flags of a recording."""
    assert isinstance(found, Recording)
    return [(frame.ticks, frame.is_key) for frame in found.frames]


def ask(tool: str | None, *arguments: str) -> str:
    """What ffmpeg's tools say of a file; any complaint of theirs fails the test."""
    done = subprocess.run(
        [tool or "", "-v", "error", *arguments], capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    return done.stdout.decode("latin-1")


def coded(codec: str, *, seconds: float, fps: int = 10) -> Recording:
    """A stream of the simulator's encoder as a recording."""
    scene = SceneSpec(seed=3, width=320, height=180)
    loop = encode_loop(scene, codec=codec.lower(), fps=fps, gop=2 * fps, seconds=seconds)
    frames = tuple(
        CodedFrame(
            ticks=index * HZ // fps,
            content=b"".join(START_CODE + nal for nal in unit.nals),
            is_key=unit.key,
        )
        for index, unit in enumerate(loop.access_units)
    )
    return Recording(codec=codec, clock_hz=HZ, frames=frames)


def pictures_in(content: bytes, codec: NalCodec) -> list[bytes]:
    """The NAL units that carry pictures, without the parameter sets around them."""
    return [
        unit.rstrip(b"\x00")
        for unit in split_annexb(content)
        if codec.kind_of(unit) in codec.picture_kinds
    ]


@needs_ffmpeg
@pytest.mark.parametrize("codec", ["H264", "H265"])
async def test_ffprobe_sees_one_video_track_bit_for_bit(
    decoder: Decoder, codec: str, tmp_path: Path
) -> None:
    """One video track of the stream's codec, no sound, at most 15 s, and every coded picture as
    it came; ffmpeg decodes it without a complaint."""
    recording = coded(codec, seconds=6)
    clip = await decoder.make_clip(recording, taken_at=NOON)
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip.mp4)
    said = json.loads(
        ask(FFPROBE, "-show_streams", "-show_format", "-count_packets", "-of", "json", str(path))
    )
    (track,) = said["streams"]
    raw = tmp_path / "back"
    form = {"H264": "h264", "H265": "hevc"}[codec]
    ask(FFMPEG, "-i", str(path), "-c", "copy", "-f", form, str(raw))
    ask(FFMPEG, "-i", str(path), "-f", "null", "-")
    sent = [
        unit for frame in recording.frames for unit in pictures_in(frame.content, CODECS[codec])
    ]

    assert track["codec_type"] == "video"
    assert track["codec_name"] == form
    assert track["codec_tag_string"] == {"H264": "avc1", "H265": "hvc1"}[codec]
    assert int(track["nb_read_packets"]) == len(recording.frames)
    assert float(said["format"]["duration"]) == pytest.approx(6.0, abs=0.01)
    assert pictures_in(raw.read_bytes(), CODECS[codec]) == sent
    assert len(clip.mp4) < sum(len(frame.content) for frame in recording.frames) + 4096


@needs_ffmpeg
@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_a_watch_gives_its_clip(make_camera: CameraMaker, codec: str, tmp_path: Path) -> None:
    """Over RTSP, with login: the clip lasts as long as the watch beyond its first key frame, and
    the health is that of the seconds that were asked for."""
    async with SimulatedCamera(spec(codec=codec)) as sim:
        camera = camera_of(make_camera, sim)
        health = await camera.watch_stream(
            seconds=1.0, clip=ClipLimits(seconds=4.0, bytes=3_000_000)
        )
        assert isinstance(health.recording, Recording)
        clip = await camera.make_clip(health.recording)
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip.mp4)
    duration_s = float(
        ask(FFPROBE, "-show_entries", "format=duration", "-of", "csv=p=0", str(path))
    )

    assert health.fps == pytest.approx(10, rel=0.1)
    assert health.frames <= 13
    assert health.recording.frames[0].is_key
    assert 1.5 < duration_s <= 4.5


@pytest.mark.parametrize("content", [b"not a picture", b"\x00\x00\x00\x01\x67" + b"\xff" * 40, b""])
async def test_what_is_no_stream_gives_a_reason(decoder: Decoder, content: bytes) -> None:
    """The child refuses what it cannot read, lives on, and puts the next clip together."""
    frames = tuple(CodedFrame(ticks=n * 9000, content=content, is_key=n == 0) for n in range(3))
    with pytest.raises(CameraError) as caught:
        await decoder.make_clip(Recording(codec="H264", clock_hz=HZ, frames=frames), taken_at=NOON)
    (pid,) = decoder.child_pids
    clip = await decoder.make_clip(coded("H264", seconds=2), taken_at=NOON)

    assert caught.value.cause in (Cause.DECODE_FAILED, Cause.DECODE_UNSUPPORTED)
    assert decoder.child_pids == (pid,)
    assert b"ftyp" in clip.mp4[:16]


async def test_a_huge_recording_is_refused_at_home(decoder: Decoder) -> None:
    """More than the pipe is made for does not even reach the child."""
    frames = (
        CodedFrame(ticks=0, content=bytes(2_500_000), is_key=True),
        CodedFrame(ticks=1, content=bytes(2_500_000), is_key=False),
    )
    with pytest.raises(CameraError, match="4 MiB"):
        await decoder.make_clip(Recording(codec="H264", clock_hz=HZ, frames=frames), taken_at=NOON)


def test_it_begins_with_a_key_frame_and_its_parameter_sets() -> None:
    """Pictures before the first key frame are left out; sets of the description stand in for
    those that the stream does not repeat."""
    found = recorder()
    for number, unit in enumerate((SLICE, SLICE, IDR, SLICE, SLICE)):
        found.take(packet(number, 9000 * number, unit), whole=True)
    recording = found.finish()

    assert shown(recording) == [(0, True), (9000, False), (18000, False)]
    assert isinstance(recording, Recording)
    assert split_annexb(recording.frames[0].content) == [SPS, PPS, IDR]


def test_a_loss_ends_a_run_and_the_longest_one_is_kept() -> None:
    """No picture of which a packet is missing, nor one that builds upon it, is in a clip."""
    found = recorder()
    units = (IDR, SLICE, SLICE, SLICE, SLICE, SLICE, IDR, SLICE)
    for number, unit in enumerate(units):
        found.take(packet(number, 9000 * number, unit), whole=number != 4)

    assert shown(found.finish()) == [(0, True), (9000, False), (18000, False), (27000, False)]


def test_nothing_but_losses_is_no_clip() -> None:
    """The reason is the network's, in both languages."""
    found = recorder()
    for number in range(0, 20, 2):
        found.take(packet(number, 9000 * number, IDR), whole=number == 0)
    why = found.finish()

    assert isinstance(why, NoClip)
    assert "lost" in why.en
    assert "丢包" in why.zh


@pytest.mark.parametrize(
    ("units", "step", "word"),
    [
        pytest.param([SLICE] * 5, 9000, "key frame", id="no key frame"),
        pytest.param([IDR, SLICE, SLICE], 0, "time stamps", id="the clock stands"),
        pytest.param([SLICE, IDR], 9000, "fewer than two", id="one picture"),
    ],
)
def test_each_poor_stream_has_its_reason(units: Sequence[bytes], step: int, word: str) -> None:
    """A stream that gives no clip says why."""
    found = recorder()
    for number, unit in enumerate(units):
        found.take(packet(number, step * number, unit), whole=True)
    why = found.finish()

    assert isinstance(why, NoClip)
    assert word in why.en


def test_it_is_never_longer_than_15_s_nor_larger_than_allowed() -> None:
    """By the device's own clock, last picture included; and by the bytes that were shown to it."""
    found, small = recorder(), recorder(ClipLimits(seconds=12.0, bytes=100))
    for number in range(200):
        one = packet(number, 9000 * number, IDR if number % 20 == 0 else SLICE)
        found.take(one, whole=True)
        small.take(one, whole=True)
    recording, cut = found.finish(), small.finish()

    assert found.is_full
    assert isinstance(recording, Recording)
    assert recording.frames[-1].ticks + 9000 <= LONGEST_S * HZ
    assert len(recording.frames) > 145
    assert small.is_full
    assert isinstance(cut, Recording)
    assert sum(len(frame.content) for frame in cut.frames) < 400


@given(
    st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=12), st.booleans(), st.booleans()),
        max_size=30,
    ),
    st.sampled_from([H264, H265]),
)
@settings(max_examples=300, deadline=None)
def test_any_packets_are_survived(
    packets: list[tuple[int, bytes, bool, bool]], codec: NalCodec
) -> None:
    """Whatever comes, the end is a recording within its length that begins with a key frame, or
    a reason."""
    found = Recorder(codec, parameter_sets=(), clock_hz=HZ, limits=LIMITS)
    for number, (timestamp, payload, marker, whole) in enumerate(packets):
        found.take(packet(number, timestamp, payload, marker=marker), whole=whole)
    recording = found.finish()

    if isinstance(recording, NoClip):
        assert recording.en
        assert recording.zh
    else:
        assert recording.frames[0].is_key
        assert all(0 <= frame.ticks <= LONGEST_S * HZ for frame in recording.frames)


@given(st.permutations(range(12)).map(lambda order: [9000 * one for one in order]))
def test_pictures_are_decoded_in_order_and_in_time(shown_at: list[int]) -> None:
    """Whatever order pictures are shown in, they are decoded as they come and before that."""
    decoded = decode_times(shown_at)

    assert all(earlier < later for earlier, later in pairwise(decoded))
    assert all(at <= due for at, due in zip(decoded, shown_at, strict=True))
