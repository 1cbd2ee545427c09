"""The whole agent: simulated cameras over real sockets, a real broker, one database."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from agent import app
from agent.camera.profiles.profile_file import load_profiles
from agent.config_file import load_config
from agent.edge import network_edge
from shared import wire
from shared.fault import FaultEvent
from shared.frame import Lane, unpack
from shared.health import Health, Standing
from shared.wire import UpMessage
from simulator.camera import CameraSpec, SimulatedCamera
from tests.agent.delivery.conftest import Mosquitto
from tests.agent.delivery.test_publisher import Collector, until

pytestmark = pytest.mark.broker
_CONFIG = """
[agent]
id = "agent-under-test"
[broker]
port = {port}
[schedule]
watch_seconds = 1.0
every_s = {{ reachability = 1, identity = 1, login = 1, clock = 1 }}
[diagnosis]
opens = [2, 3]
clears = [2, 2]
"""
_DEVICE = """
[[devices]]
id = "{name}"
address = "{address}"
rtsp_port = {rtsp_port}
user = "admin"
password_file = "secret"
"""


def messages(far: Collector) -> list[UpMessage]:
    """What arrived, decoded."""
    frames = [unpack(frame) for frame in far.frames]
    return [wire.decode_up(frame.body, frame.header.lane) for frame in frames]


async def test_a_fault_travels_from_camera_to_broker(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """A clock a day off opens a fault at the far end; the neighbour stays OK; nothing is set."""
    (tmp_path / "secret").write_text("sim-password")
    text = _CONFIG.format(port=mosquitto.port)
    async with contextlib.AsyncExitStack() as stack:
        cameras = []
        for name, faults in (("wrong", ("clock_off_day",)), ("well", ())):
            spec = CameraSpec(
                serial=f"SN-2401-{name}", user="admin", password="sim-password", faults=faults
            )
            camera = await stack.enter_async_context(SimulatedCamera(spec))
            cameras.append(camera)
            text += _DEVICE.format(name=name, address=camera.address, rtsp_port=camera.rtsp_port)
        (tmp_path / "agent.toml").write_text(text)
        config = load_config(tmp_path / "agent.toml")
        far = Collector(mosquitto.port)
        agent = app.build(config, network_edge(config, load_profiles()))
        task = asyncio.create_task(agent.run())
        try:
            await until(lambda: any(isinstance(m, FaultEvent) for m in messages(far)))
            agent.reporter.soon()
            healths = len([m for m in messages(far) if isinstance(m, Health)])
            await until(lambda: len([m for m in messages(far) if isinstance(m, Health)]) > healths)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            far.close()
        writes = [camera.writes for camera in cameras]

    faults_told = [m for m in messages(far) if isinstance(m, FaultEvent)]
    last = [m for m in messages(far) if isinstance(m, Health)][-1]
    stands = {line.device.device_id: line.standing for line in last.devices}
    assert {event.device.device_id for event in faults_told} == {"wrong"}
    assert stands["wrong"] is Standing.FAULT
    assert stands["well"] is Standing.OK
    assert writes == [[], []]
    assert any(unpack(frame).header.lane == Lane.EVIDENCE for frame in far.frames)
