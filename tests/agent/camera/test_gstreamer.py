"""RTSP against GStreamer's server: an independent counterpart with Digest, H.264 and H.265."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.camera.address import Place
from agent.camera.decoder import Decoder
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause, Credentials, LoginKind, StreamHealth, Target
from agent.camera.rtsp.watch import watch
from agent.camera.transcript import Transcript
from tests.agent.camera.conftest import utc_now

SYSTEM_PYTHON = "/usr/bin/python3"
USER, PASSWORD = "admin", "correct horse"


def missing() -> str | None:
    """Why the server cannot run here; None when it can."""
    check = "import gi; gi.require_version('GstRtspServer', '1.0')"
    if not Path(SYSTEM_PYTHON).exists():
        return "no system Python"
    found = subprocess.run([SYSTEM_PYTHON, "-c", check], capture_output=True, check=False)
    return None if found.returncode == 0 else "GStreamer's RTSP server (gi) is not installed"


REASON = missing()
pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A running server's port."""
    script = Path(__file__).with_name("gst_server.py")
    process = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON, str(script), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    yield int(await process.stdout.readline())
    process.kill()
    await process.wait()


async def watched(
    port: int, path: str, *, password: str = PASSWORD
) -> tuple[StreamHealth, LoginState]:
    """Watch a stream for about two seconds."""
    credentials = Credentials(user=USER, password=password)
    transcript = Transcript(clock=utc_now, credentials=credentials)
    login = LoginState(credentials=credentials, tally=transcript.tally)
    target = Target(address="127.0.0.1", credentials=credentials)
    health = await watch(
        Place(host="127.0.0.1", port=port),
        f"rtsp://127.0.0.1:{port}{path}",
        target=target,
        login=login,
        transcript=transcript,
        seconds=2.2,
    )
    assert PASSWORD not in repr(transcript.exchanges)
    return health, login


@pytest.mark.parametrize(
    ("path", "codec"),
    [
        ("/h264", "H264"),
        ("/h264-sdp-sets", "H264"),
        ("/h265", "H265"),
        ("/udp/h264", "H264"),
        ("/udp/h265", "H265"),
        ("/sound-first", "H264"),
    ],
)
async def test_stream_is_measured_and_its_key_frame_decodes(
    port: int, path: str, codec: str
) -> None:
    """Codec, rates and size are those of the pipeline, and the key frame is a whole picture."""
    health, login = await watched(port, path)
    decoder = Decoder()
    try:
        assert health.key_frame is not None
        picture = await decoder.decode(
            health.key_frame, codec=codec, previous=health.last_key_frame, taken_at=utc_now()
        )
    finally:
        await decoder.close()

    assert login.worked == [LoginKind.DIGEST_MD5]
    assert health.codec == codec
    assert health.fps == pytest.approx(10, rel=0.02)
    assert health.key_frame_interval_s == pytest.approx(1.0, rel=0.05)
    assert (health.width_px, health.height_px) == (640, 360)
    assert health.lost_packets == 0
    assert health.bitrate_kbps is not None
    assert health.bitrate_kbps > 100
    assert (picture.features.width_px, picture.features.height_px) == (640, 360)
    assert not picture.damaged
    assert picture.features.saturation_mean > 50  # colour bars


@pytest.mark.parametrize("path", ["/jpeg", "/jpeg-by-number", "/jpeg-422", "/udp/jpeg"])
async def test_motion_jpeg_is_measured_and_decodes(port: int, path: str) -> None:
    """Both forms of tables and of colour: rates as the pipeline's, and whole pictures."""
    health, _ = await watched(port, path)
    decoder = Decoder()
    try:
        assert health.last_key_frame is not None
        picture = await decoder.decode(
            health.last_key_frame, codec="JPEG", previous=health.key_frame, taken_at=utc_now()
        )
    finally:
        await decoder.close()

    assert health.codec == "JPEG"
    assert health.fps == pytest.approx(10, rel=0.02)
    assert health.key_frames >= 20
    assert (health.spoiled_key_frames, health.lost_packets) == (0, 0)
    assert (health.width_px, health.height_px) == (640, 360)
    assert (picture.features.width_px, picture.features.height_px) == (640, 360)
    assert not picture.damaged
    assert picture.features.saturation_mean > 50  # colour bars


async def test_refusals_are_told_apart(port: int) -> None:
    """A wrong password and a wrong path have causes of their own, one attempt each."""
    with pytest.raises(CameraError) as password:
        await watched(port, "/h264", password="wrong")
    with pytest.raises(CameraError) as path:
        await watched(port, "/nothing-here")

    assert password.value.cause is Cause.LOGIN_REFUSED
    assert path.value.cause is Cause.RTSP_STATUS
    assert "404" in path.value.detail
