"""The whole agent and three sleeping cameras: pictures and events by each way, no call to any."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from agent import app
from agent.config_file import load_config
from agent.delivery import reading_store, spend_store
from agent.edge import clock, network_edge
from agent.inbox.mqtt import MqttInbox
from agent.inbox.post_box import PostBox
from agent.running import Agent
from shared.health import Standing
from shared.reading import Reading
from simulator.pusher import PushingCamera
from simulator.spec import CameraSpec, Kind
from tests.agent.delivery.conftest import Mosquitto
from tests.agent.inbox.office import until

pytest.importorskip("pyftpdlib")
pytestmark = pytest.mark.broker
_CONFIG = """
[agent]
id = "agent-under-test"
[broker]
port = {broker}
[schedule]
every_s = {{ reachability = 1, identity = 1, login = 1, clock = 1, picture = 1, vendor = 1 }}
[inbox.http]
bind = "127.0.0.1"
port = {http}
[inbox.ftp]
bind = "127.0.0.1"
port = {ftp}
passive_port_first = 20000
passive_port_last = 60000
[inbox.mqtt]
port = {broker}
topics = ["cameras/{{device}}/+"]
"""
_DEVICE = """
[[devices]]
id = "{name}"
mode = "push"
power = "battery"
address = "{address}"
[devices.push]
user = "{name}"
password_env = "SECRET_{name}"
[devices.push.values]
"battery.charge" = {{ path = "battery.percent", unless = [255] }}
"battery.charging" = "battery.charging"
"battery.temperature" = "battery.temperature_c"
"solar.power" = "solar.power_mw"
"cellular.rsrp" = "cellular.rsrp_dbm"
"cellular.registered" = "cellular.registered"
"""
NAMES = ("hall", "gate", "yard")


@contextlib.asynccontextmanager
async def running(agent: Agent) -> AsyncIterator[None]:
    """The agent, until the block ends."""
    task = asyncio.create_task(agent.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _spec(name: str) -> CameraSpec:
    return CameraSpec(serial=f"SN-{name}", kind=Kind.SOLAR_4G, battery_percent=64)


async def _open(*ports: int) -> None:
    """Wait until the ways in listen."""
    for port in ports:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.02)


async def test_by_each_way_and_nobody_is_woken(
    tmp_path: Path, mosquitto: Mosquitto, unused_tcp_port_factory: Callable[[], int]
) -> None:
    """Each camera is measured by what it sends, stands OK, costs nothing, and saw no connection."""
    http, ftp = unused_tcp_port_factory(), unused_tcp_port_factory()
    text = _CONFIG.format(broker=mosquitto.port, http=http, ftp=ftp)
    async with contextlib.AsyncExitStack() as stack:
        cameras = {
            name: await stack.enter_async_context(PushingCamera(_spec(name))) for name in NAMES
        }
        for name, camera in cameras.items():
            text += _DEVICE.format(name=name, address=camera.address)
        path = tmp_path / "agent.toml"
        path.write_text(text)
        secrets = {f"SECRET_{name}": f"{name}-secret" for name in NAMES}
        config = load_config(path, environment=secrets)
        agent = app.build(config, network_edge(config, ()))
        hall, gate, yard = cameras.values()

        async def send(body: bytes, file: str) -> None:
            login = {"user": "hall", "password": "hall-secret"}
            assert await hall.by_http(f"http://127.0.0.1:{http}/{file}", body, **login) == 200
            login = {"user": "gate", "password": "gate-secret"}
            await gate.by_ftp("127.0.0.1", ftp, file, body, **login)
            await yard.by_mqtt("127.0.0.1", mosquitto.port, f"cameras/yard/{file}", body)

        def read() -> dict[str, dict[str, Reading]]:
            return {name: reading_store.latest(agent.database.connection, name) for name in NAMES}

        async with running(agent):
            await _open(http, ftp)
            assert isinstance(agent.inbox, PostBox)
            (subscription,) = (one for one in agent.inbox.parts if isinstance(one, MqttInbox))
            await until(lambda: subscription.is_subscribed)
            await send(await hall.picture(), "20260601120000.jpg")
            await send(hall.event(), "status")
            await until(
                lambda: all(
                    "picture.luma_mean" in found and "battery.charge" in found
                    for found in read().values()
                )
            )
            stands = {line.device.device_id: line.standing for line in agent.standings.health()}
            spends = [
                spend_store.read_spend(agent.database.connection, name, now=clock())
                for name in NAMES
            ]
            found = read()

        assert [one["battery.charge"].value for one in found.values()] == [64, 64, 64]
        assert all(one["picture.luma_mean"].good for one in found.values())
        assert all(one["cellular.rsrp"].good for one in found.values())
        assert {stands[name] for name in NAMES} == {Standing.OK}
        assert {(one.bytes, one.logins, one.wakeups) for one in spends} == {(0, 0, 0)}
        assert [camera.woken for camera in cameras.values()] == [[], [], []]


async def test_the_log_of_wake_ups_sees_a_call() -> None:
    """Whoever opens a connection to a sleeping camera is counted: an empty log means nobody did."""
    async with PushingCamera(_spec("hall")) as camera:
        for port in camera.ports.values():
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
        await until(lambda: len(camera.woken) == 2)

        assert {one.door for one in camera.woken} == {"http", "rtsp"}
