"""The decoder child: real pictures, limits, and death without harm."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from agent.camera.decoder import Decoder
from agent.camera.port import CameraError, Cause
from tests.agent.camera.conftest import utc_now

SHARED = Path(__file__).resolve().parents[4] / "shared"
RSS_CAP_KB = 120 * 1024


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    """A decoder of one child."""
    made = Decoder()
    yield made
    await made.close()


def encoded(codec: str, *, width: int, height: int) -> bytes:
    """One key frame of a busy picture, Annex B (or a JPEG)."""
    name, pixels = {
        "H264": ("libx264", "yuv420p"),
        "H265": ("libx265", "yuv420p"),
        "JPEG": ("mjpeg", "yuvj420p"),
    }[codec]
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, pixels
    context.time_base = Fraction(1, 10)
    context.options = {"x265-params": "log-level=none"} if codec == "H265" else {}
    rng = np.random.default_rng(7)
    small = rng.integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    frame = av.VideoFrame.from_ndarray(np.kron(small, np.ones((8, 8, 1), np.uint8)), "rgb24")
    frame = frame.reformat(format=pixels)
    frame.pts = 0
    packets = [*context.encode(frame), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def rss_kb(pid: int) -> int:
    """Highest resident memory of a process."""
    status = read_proc(pid, "status")
    return int(next(line for line in status.splitlines() if "VmHWM" in line).split()[1])


def read_proc(pid: int, name: str) -> str:
    """A file of /proc of a process."""
    return Path(f"/proc/{pid}/{name}").read_text()


@pytest.mark.parametrize("codec", ["H264", "H265", "JPEG"])
async def test_full_hd_fits_the_memory(decoder: Decoder, codec: str) -> None:
    """A 1080p picture of each codec decodes in a child of at most 120 MB, evidence <= 120 KB."""
    content = encoded(codec, width=1920, height=1080)
    picture = await decoder.decode(content, codec=codec, previous=content, taken_at=utc_now())
    (pid,) = decoder.child_pids

    assert (picture.features.width_px, picture.features.height_px) == (1920, 1080)
    assert picture.features.change_from_previous == 0.0
    assert len(picture.jpeg) <= 120 * 1024
    assert picture.jpeg.startswith(b"\xff\xd8")
    assert not picture.damaged
    assert rss_kb(pid) <= RSS_CAP_KB


async def test_child_runs_under_limits(decoder: Decoder) -> None:
    """Address space, processor time, files and the environment of the child are bounded."""
    os.environ["PRECLAIM_TEST_SECRET"] = "do-not-inherit"
    try:
        good = encoded("JPEG", width=320, height=240)
        await decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now())
    finally:
        del os.environ["PRECLAIM_TEST_SECRET"]
    (pid,) = decoder.child_pids
    limits = read_proc(pid, "limits")
    lines = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}

    assert lines["Max address space"] == str(512 * 1024 * 1024)
    assert lines["Max cpu time"] == "120"
    assert lines["Max file size"] == "0"
    assert lines["Max core file size"] == "0"
    assert "do-not-inherit" not in read_proc(pid, "environ")


@pytest.mark.parametrize(
    ("content", "codec", "cause"),
    [
        pytest.param(b"not a picture", "JPEG", Cause.DECODE_FAILED, id="text"),
        pytest.param(b"", "H264", Cause.DECODE_FAILED, id="nothing"),
        pytest.param(b"\x00\x00\x01\x67" + b"\xff" * 50,
                     "H264", Cause.DECODE_UNSUPPORTED, id="sps"),
        pytest.param(b"\xff\xd8\xff\xc0" + b"\x00\x11\x08" + b"\xff\xff\xff\xff" + b"x" * 99,
                     "JPEG", Cause.DECODE_UNSUPPORTED, id="65535 squared"),
        pytest.param(b"x", "MPEG4", Cause.DECODE_UNSUPPORTED, id="other codec"),
        pytest.param(bytes(5_000_000), "JPEG", Cause.DECODE_LIMIT, id="too many bytes"),
    ],
)  # fmt: skip
async def test_garbage_has_its_cause(
    decoder: Decoder, content: bytes, codec: str, cause: Cause
) -> None:
    """What is no picture is refused with a cause, and before anything big is allocated."""
    with pytest.raises(CameraError) as caught:
        await decoder.decode(content, codec=codec, previous=None, taken_at=utc_now())

    assert caught.value.cause is cause


@pytest.mark.parametrize("codec", ["H264", "JPEG"])
async def test_cut_picture_is_flagged(decoder: Decoder, codec: str) -> None:
    """Half a picture is never a clean one."""
    content = encoded(codec, width=640, height=360)
    try:
        picture = await decoder.decode(
            content[: len(content) // 2], codec=codec, previous=None, taken_at=utc_now()
        )
    except CameraError as error:
        assert error.cause is Cause.DECODE_FAILED
    else:
        assert picture.damaged


async def test_stated_size_must_be_the_decoded_one(decoder: Decoder) -> None:
    """A JPEG whose header lies about its size gives no picture that looks distorted."""
    content = encoded("JPEG", width=640, height=360)
    at = content.index(b"\xff\xc0") + 5
    forged = content[:at] + (720).to_bytes(2, "big") + content[at + 2 :]
    try:
        picture = await decoder.decode(forged, codec="JPEG", previous=None, taken_at=utc_now())
    except CameraError as error:
        assert error.cause is Cause.DECODE_FAILED
    else:
        assert picture.damaged


async def test_mutations_never_hurt_the_parent(decoder: Decoder) -> None:
    """Flipped bytes end in a picture or a cause, and the next good picture still decodes."""
    good = encoded("H264", width=320, height=240)
    rng = np.random.default_rng(11)
    outcomes = set()
    for _ in range(60):
        bad = bytearray(good)
        for at in rng.integers(0, len(bad), 8):
            bad[at] = rng.integers(0, 256)
        try:
            await decoder.decode(bytes(bad), codec="H264", previous=None, taken_at=utc_now())
            outcomes.add("ok")
        except CameraError as error:
            outcomes.add(error.cause.value)
    picture = await decoder.decode(good, codec="H264", previous=None, taken_at=utc_now())

    assert outcomes <= {"ok", "decode.failed", "decode.unsupported", "decode.limit"}
    assert not picture.damaged


async def test_killed_child_costs_one_picture(decoder: Decoder) -> None:
    """When the child dies, that picture is lost with a cause and the next starts a new child."""
    good = encoded("JPEG", width=320, height=240)
    await decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now())
    (first,) = decoder.child_pids
    os.kill(first, signal.SIGKILL)
    with pytest.raises(CameraError) as caught:
        await decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now())
    await decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now())

    assert caught.value.cause is Cause.DECODE_LIMIT
    assert decoder.child_pids != (first,)


async def test_deadline_kills_the_child() -> None:
    """A child that takes too long is gone, and the cause is the limit."""
    decoder = Decoder()
    good = encoded("JPEG", width=320, height=240)
    await decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now())
    (pid,) = decoder.child_pids
    os.kill(pid, signal.SIGSTOP)
    decoder._deadline_s = 0.3
    with pytest.raises(CameraError) as caught:
        await decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now())

    assert caught.value.cause is Cause.DECODE_LIMIT
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await decoder.close()


async def test_child_is_recycled() -> None:
    """After so many pictures a new process takes over."""
    decoder = Decoder(recycle_after=1)
    good = encoded("JPEG", width=320, height=240)
    await asyncio.gather(
        *(decoder.decode(good, codec="JPEG", previous=None, taken_at=utc_now()) for _ in range(2))
    )

    assert decoder.child_pids == ()
    await decoder.close()


def test_parent_never_loads_the_decoder() -> None:
    """The agent's main process imports neither numpy nor libav."""
    code = (
        "import sys, agent.camera.device, agent.camera.rtsp.watch, agent.camera.onvif.discovery,"
        " agent.camera.profiles.profile_file, agent.camera.profiles.reading\n"
        "print(sorted({'numpy', 'av'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not (SHARED / "pictures").is_dir(), reason="no shared pictures here")
async def test_real_pictures_are_measured(decoder: Decoder) -> None:
    """Real camera pictures decode undamaged; by day a fitted filter shows no green valley."""
    paths = sorted((SHARED / "pictures").glob("*.jpg"))[::8]
    for path in paths:
        picture = await decoder.decode(
            path.read_bytes(), codec="JPEG", previous=None, taken_at=utc_now()
        )
        assert not picture.damaged
        assert picture.features.green_min < 0.9
        assert len(picture.jpeg) <= 120 * 1024

    assert len(paths) > 5


@pytest.mark.parametrize("size", [(1920, 1080), (640, 480)])
async def test_a_thumbnail_is_small(size: tuple[int, int]) -> None:
    """Where links are metered, a picture has a JPEG of at most 320 pixels and 12 KiB with it."""
    decoder = Decoder(thumbnails=True)
    content = encoded("JPEG", width=size[0], height=size[1])
    picture = await decoder.decode(content, codec="JPEG", previous=None, taken_at=utc_now())
    small = await decoder.decode(picture.thumbnail, codec="JPEG", previous=None, taken_at=utc_now())
    tiny = await decoder.decode(
        encoded("JPEG", width=160, height=120), codec="JPEG", previous=None, taken_at=utc_now()
    )
    await decoder.close()

    assert 0 < len(picture.thumbnail) <= 12 * 1024
    assert small.features.width_px == 320
    assert not small.damaged
    assert not tiny.thumbnail, "a picture that is small already needs none"
