"""ffprobe and ffmpeg, which know nothing of us, read the streams."""

import asyncio
import json
import shutil

import pytest

from tests.simulator.rtsp.conftest import Stage

pytestmark = pytest.mark.skipif(
    shutil.which("ffprobe") is None, reason="ffprobe is not installed (Debian package ffmpeg)"
)


async def _run(*words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 15)
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.parametrize(("codec", "name"), [("h264", "h264"), ("h265", "hevc")])
async def test_ffprobe_recognises_the_stream(stage: Stage, codec: str, name: str) -> None:
    """An independent player finds codec, size and frame rate."""
    stage.codec = codec
    words = ("-v", "error", "-rtsp_transport", "tcp", "-show_streams", "-of", "json")
    status, out, err = await _run("ffprobe", *words, stage.url)
    assert status == 0, err
    (stream,) = json.loads(out)["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == (name, 320, 180)
    assert stream["avg_frame_rate"] == "20/1"


@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_ffmpeg_decodes_without_a_complaint(stage: Stage, codec: str) -> None:
    """Every picture of more than one round of the loop decodes cleanly."""
    stage.codec = codec
    words = ("-v", "warning", "-xerror", "-rtsp_transport", "tcp", "-i", stage.url)
    tail = ("-frames:v", "45", "-fps_mode", "passthrough", "-f", "framemd5", "-")
    status, out, err = await _run("ffmpeg", "-nostdin", *words, *tail)
    assert (status, err) == (0, "")
    pictures = [line for line in out.splitlines() if not line.startswith("#")]
    assert len(pictures) == 45
