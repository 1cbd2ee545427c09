"""Media2 by an independent client: strict zeep on another package's WSDL, and our own agent."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, StreamProfile, Target
from simulator.camera import SimulatedCamera
from tests.simulator.specs import camera_spec

ROOT = Path(__file__).parents[2]
ORACLE = ROOT / ".venv-oracle" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not ORACLE.exists(), reason="the Media2 counterpart is missing: make test sets it up"
)


async def ask_oracle(camera: SimulatedCamera) -> dict[str, Any]:
    """What the independent client reads."""
    child = await asyncio.create_subprocess_exec(
        str(ORACLE),
        str(Path(__file__).with_name("media2_oracle.py")),
        camera.address,
        camera.spec.user,
        env={**os.environ, "PRECLAIM_PASSWORD": camera.spec.password},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode == 0, complained.decode()[-600:]
    read: dict[str, Any] = json.loads(printed)
    return read


async def ask_agent(camera: SimulatedCamera) -> StreamProfile:
    """What our own client reads."""
    http, decoder = CameraHttp(), Decoder()
    login = Credentials(user=camera.spec.user, password=camera.spec.password)
    own = NetworkCamera(
        Target(address=camera.address, credentials=login),
        http=http,
        decoder=decoder,
        profiles=(),
        clock=lambda: datetime.now(UTC),
    )
    try:
        return (await own.profiles())[0]
    finally:
        await decoder.close()
        await http.close()


@pytest.mark.parametrize(("codec", "stated"), [("h264", "H264"), ("h265", "H265")])
async def test_three_readers_agree(codec: str, stated: str) -> None:
    """What the camera is, what a strict foreign client reads and what our agent reads is one."""
    async with SimulatedCamera(camera_spec(codec=codec)) as camera:
        foreign = await ask_oracle(camera)
        own = await ask_agent(camera)

    size = (camera.spec.width, camera.spec.height)
    assert (foreign["codec"], own.codec) == (stated, stated)
    assert (foreign["width_px"], foreign["height_px"]) == size
    assert (own.width_px, own.height_px, own.media2) == (*size, True)
    assert foreign["tokens"][0] == own.token
    assert foreign["stream"] == f"rtsp://127.0.0.1:{camera.rtsp_port}/stream1"
    assert foreign["snapshot"] == f"http://{camera.address}/snapshot.jpg"
