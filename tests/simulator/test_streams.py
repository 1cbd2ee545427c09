"""Streams of a whole camera, read by ffmpeg: login, codecs, faults, and settings that act."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.camera import SimulatedCamera
from simulator.ir_cut import FilterMode
from tests.simulator.specs import PASSWORD, camera_spec

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")

_LIMIT_S = 15


@dataclass(frozen=True, slots=True)
class Read:
    """What ffmpeg made of a stream: one RGB picture, or its error text."""

    raw: bytes
    said: str

    @property
    def picture(self) -> NDArray[np.int16]:
        """The picture as height x width x RGB."""
        return np.frombuffer(self.raw, np.uint8).reshape(192, 320, 3).astype(np.int16)


def _url(camera: SimulatedCamera, password: str = PASSWORD) -> str:
    return f"rtsp://admin:{password}@127.0.0.1:{camera.rtsp_port}/stream1"


async def _read(url: str, *, silence_s: float = 8) -> Read:
    """Read one picture over TCP; gives up after ``silence_s`` without data."""
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-fpsprobesize", "0"),
        *("-analyzeduration", "300000"),  # else it looks at the stream for seconds
        *("-timeout", str(int(silence_s * 1_000_000)), "-i", url),
        *("-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        raw, said = await asyncio.wait_for(process.communicate(), _LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return Read(raw, said.decode())


def _magenta_excess(picture: NDArray[np.int16]) -> float:
    red, green, blue = (float(picture[40:, :, channel].mean()) for channel in range(3))
    return (red + blue) / 2 - green


@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_ffmpeg_reads_the_stream(codec: str) -> None:
    """An independent player logs in and decodes a picture of the stated size."""
    async with SimulatedCamera(camera_spec(codec=codec)) as camera:
        read = await _read(_url(camera))

        assert read.said == ""
        assert 40 < read.picture.mean() < 215
        assert camera.requests.rtsp_sessions == 1


async def test_wrong_password_is_refused_and_counted(camera: SimulatedCamera) -> None:
    """RTSP shares the camera's login: a wrong password gets 401 and is counted."""
    read = await _read(_url(camera, password="wrong"))

    assert "401" in read.said
    assert camera.requests.logins_refused.total() >= 1
    assert camera.requests.rtsp_sessions == 0


async def test_filter_setting_acts_on_the_stream(camera: SimulatedCamera) -> None:
    """IrCutFilter OFF by day lets infrared in: the stream turns magenta, and back with ON."""
    healthy = _magenta_excess((await _read(_url(camera))).picture)
    camera.state.ir_cut.order(FilterMode.OFF, persist=False)
    leaking = _magenta_excess((await _read(_url(camera))).picture)
    camera.state.ir_cut.order(FilterMode.ON, persist=False)
    again = _magenta_excess((await _read(_url(camera))).picture)

    assert leaking > healthy + 8
    assert abs(again - healthy) < 4


async def test_stuck_filter_ignores_the_setting(camera: SimulatedCamera) -> None:
    """A stuck filter stays where it is, whatever the setting says."""
    camera.inject("ircut_stuck_open")
    for mode in FilterMode:
        camera.state.ir_cut.order(mode, persist=False)
        assert not camera.state.filter_in

    camera.clear("ircut_stuck_open")
    camera.inject("ircut_stuck_closed")
    for mode in FilterMode:
        camera.state.ir_cut.order(mode, persist=False)
        assert camera.state.filter_in


async def test_stream_404(camera: SimulatedCamera) -> None:
    """The stream address does not exist while ONVIF still names it."""
    camera.inject("stream_404")

    assert "404" in (await _read(_url(camera))).said


async def test_stream_silent(camera: SimulatedCamera) -> None:
    """PLAY is answered, no picture follows."""
    camera.inject("stream_silent")

    assert (await _read(_url(camera), silence_s=1.5)).raw == b""


async def test_frozen_stream_stays_the_same(camera: SimulatedCamera) -> None:
    """A frozen camera sends the same picture to every session; a healthy one does not freeze."""
    camera.inject("frozen")
    loop = await camera.loop_of()
    camera.clear("frozen")
    moving = await camera.loop_of()

    assert sum(map(len, (n for u in loop.access_units for n in u.nals))) < sum(
        map(len, (n for u in moving.access_units for n in u.nals))
    )
