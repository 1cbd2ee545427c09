"""A fleet in one process: control over HTTP, faults while running, power of a site."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from simulator.fleet import Fleet
from simulator.mix import make

PASSWORD = "Fleet-Pass-1"


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """Five cameras at two sites."""
    async with Fleet(make(5, password=PASSWORD, control_port=0)) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client."""
    async with aiohttp.ClientSession() as session:
        yield session


async def post(
    http: aiohttp.ClientSession, fleet: Fleet, path: str, body: object
) -> tuple[int, dict[str, object]]:
    """POST JSON to the control server."""
    async with http.post(f"{fleet.control_url}/control/{path}", json=body) as reply:
        return reply.status, await reply.json()


async def reachable(address: str) -> bool:
    """Whether something listens there."""
    host, _, port = address.partition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


async def test_list_names_every_device(fleet: Fleet, http: aiohttp.ClientSession) -> None:
    """The control server lists all devices with their addresses."""
    async with http.get(f"{fleet.control_url}/control/cameras") as reply:
        cameras = (await reply.json())["cameras"]

    assert [c["serial"] for c in cameras] == [f"SIM-000{n}" for n in range(1, 6)]
    assert cameras[0]["address"] == fleet.cameras["SIM-0001"].address
    assert [c["site"] for c in cameras] == ["site-1"] * 4 + ["site-2"]


async def test_fault_acts_while_running(fleet: Fleet, http: aiohttp.ClientSession) -> None:
    """A fault posted to the control server changes what the camera answers, until taken back."""
    url = f"http://{fleet.cameras['SIM-0002'].address}/snapshot.jpg"

    status, said = await post(
        http, fleet, "cameras/SIM-0002/faults", {"fault": "not_found", "on": True}
    )
    async with http.get(url) as reply:
        broken = reply.status
    await post(http, fleet, "cameras/SIM-0002/faults", {"fault": "not_found", "on": False})
    async with http.get(url) as reply:
        whole = reply.status

    assert (status, said["faults"]) == (200, ["not_found"])
    assert (broken, whole) == (404, 401)


async def test_site_without_power_is_silent(fleet: Fleet, http: aiohttp.ClientSession) -> None:
    """Power off closes every socket of the site and no other; power on opens the same ports."""
    addresses = {serial: camera.address for serial, camera in fleet.cameras.items()}
    streams = [f"127.0.0.1:{camera.rtsp_port}" for camera in fleet.cameras.values()]

    await post(http, fleet, "sites/site-1/power", {"on": False})
    for camera in fleet.cameras.values():
        await camera.settle()
    dark = [await reachable(address) for address in (*addresses.values(), *streams)]
    await post(http, fleet, "sites/site-1/power", {"on": True})
    for camera in fleet.cameras.values():
        await camera.settle()
    light = [await reachable(address) for address in (*addresses.values(), *streams)]

    assert dark == ([False] * 4 + [True]) * 2
    assert light == [True] * 10
    assert {serial: camera.address for serial, camera in fleet.cameras.items()} == addresses


async def test_power_cut_cuts_open_connections(fleet: Fleet) -> None:
    """A connection that stood when the power went ends at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", fleet.cameras["SIM-0001"].rtsp_port)
    writer.write(b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert (await reader.readline()).startswith(b"RTSP/1.0 200")
    await reader.readuntil(b"\r\n\r\n")

    fleet.set_power("site-1", on=False)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with asyncio.timeout(10):
            await reader.readexactly(1)
    writer.close()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("cameras/SIM-0001/faults", {"fault": "sulks"}, 400),
        ("cameras/SIM-0001/faults", {"fault": "blurred", "on": "yes"}, 400),
        ("cameras/SIM-0001/faults", ["blurred"], 400),
        ("cameras/SIM-9999/faults", {"fault": "blurred"}, 404),
        ("sites/moon/power", {"on": False}, 404),
        ("sites/site-1/power", {}, 400),
    ],
)
async def test_wrong_orders_are_refused(
    fleet: Fleet, http: aiohttp.ClientSession, path: str, body: object, status: int
) -> None:
    """Each refusal says what was wrong and what to do, and changes nothing."""
    answered, said = await post(http, fleet, path, body)

    assert answered == status
    assert said["error"]
    assert said["remedy"]
    assert not any(camera.faults for camera in fleet.cameras.values())


async def test_nothing_is_written_by_looking(fleet: Fleet, http: aiohttp.ClientSession) -> None:
    """A camera that was only listed has no writes."""
    async with http.get(f"{fleet.control_url}/control/cameras/SIM-0001/writes") as reply:
        assert await reply.json() == {"writes": []}


async def test_many_cameras_start_together() -> None:
    """64 cameras serve from one process, each on ports of its own."""
    async with Fleet(make(64, password=PASSWORD, control_port=0)) as fleet:
        addresses = {camera.address for camera in fleet.cameras.values()}
        ports = {camera.rtsp_port for camera in fleet.cameras.values()}

        assert (len(addresses), len(ports)) == (64, 64)
        assert await reachable(fleet.cameras["SIM-0064"].address)
