"""Snapshot and vendor page, read by an independent client (requests) with HTTP Digest."""

from __future__ import annotations

import asyncio
from io import BytesIO

import av
import pytest
import requests
from requests.auth import HTTPDigestAuth

from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from simulator.spec import Kind
from tests.simulator.specs import PASSWORD, camera_spec

LOGINS = ("digest-md5", "digest-sha256", "wsse")


async def get(camera: SimulatedCamera, path: str, *, password: str = PASSWORD) -> requests.Response:
    """GET with a login, in a thread, as the client blocks."""
    url = f"http://{camera.address}{path}"
    login = HTTPDigestAuth("admin", password)
    return await asyncio.to_thread(requests.get, url, auth=login, timeout=10)


@pytest.mark.parametrize("login", LOGINS)
async def test_snapshot_needs_and_takes_a_login(login: str) -> None:
    """Every firmware serves a JPEG of its own size to who logs in, and 401 to who does not."""
    async with SimulatedCamera(camera_spec(logins=(login,))) as camera:
        stranger = await asyncio.to_thread(
            requests.get, f"http://{camera.address}/snapshot.jpg", timeout=10
        )
        reply = await get(camera, "/snapshot.jpg")

    with av.open(BytesIO(reply.content)) as container:
        frame = next(container.decode(video=0))
    assert (stranger.status_code, reply.status_code) == (401, 200)
    assert (frame.width, frame.height) == (320, 192)
    named = "SHA-256" if login == "digest-sha256" else "MD5"
    assert f"algorithm={named}" in stranger.headers["WWW-Authenticate"]


async def test_nonce_count_is_used_once(camera: SimulatedCamera) -> None:
    """An Authorization header that was accepted is not accepted again."""
    first = await get(camera, "/snapshot.jpg")
    again = await asyncio.to_thread(
        requests.get,
        first.request.url or "",
        headers={"Authorization": str(first.request.headers["Authorization"])},
        timeout=10,
    )

    assert (first.status_code, again.status_code) == (200, 401)
    assert "stale=true" in again.headers["WWW-Authenticate"]


async def test_five_wrong_passwords_lock_the_account(camera: SimulatedCamera) -> None:
    """After five wrong attempts the right password is refused too, and the text says why."""
    wrong = [(await get(camera, "/snapshot.jpg", password="wrong")).status_code for _ in range(5)]
    locked = await get(camera, "/snapshot.jpg")

    assert wrong == [401] * 5
    assert locked.status_code == 401
    assert "locked" in locked.text
    assert sum(camera.requests.logins_refused.values()) >= 5


async def test_wrong_password_fault_refuses_and_ends(camera: SimulatedCamera) -> None:
    """wrong_password refuses the password of the spec until the fault is taken back."""
    camera.inject("wrong_password")
    refused = await get(camera, "/vendor/status.json")
    camera.clear("wrong_password")
    taken = await get(camera, "/vendor/status.json")

    assert (refused.status_code, taken.status_code) == (401, 200)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (Kind.SOLAR_4G, {"battery", "solar", "cellular"}),
        (Kind.DOORBELL, {"battery"}),
        (Kind.WIFI, None),
        (Kind.NVR_KIT_CAMERA, None),
    ],
)
async def test_vendor_page_by_kind(kind: Kind, parts: set[str] | None) -> None:
    """Only kinds with a battery or a modem have the page, with the parts they have."""
    async with SimulatedCamera(camera_spec(kind=kind)) as camera:
        reply = await get(camera, "/vendor/status.json")

    assert reply.status_code == (404 if parts is None else 200)
    assert parts is None or set(reply.json()) == parts


@pytest.mark.parametrize(
    ("fault", "path", "value"),
    [
        (Fault.BATTERY_NOT_CHARGING, ("battery", "charging"), False),
        (Fault.BATTERY_LOW, ("battery", "percent"), 6),
        (Fault.GAUGE_NOT_READY, ("battery", "percent"), 255),
        (Fault.SIGNAL_WEAK, ("cellular", "rsrp_dbm"), -121),
        (Fault.MODEM_DEAD, ("cellular", "sim"), "error"),
        (Fault.MODEM_DEAD, ("cellular", "registered"), False),
        (Fault.SIM_MISSING, ("cellular", "sim"), "missing"),
    ],
)
async def test_power_and_radio_faults(
    camera: SimulatedCamera, fault: Fault, path: tuple[str, str], value: object
) -> None:
    """Each fault shows in its field while it is active, and in no other time."""
    healthy = (await get(camera, "/vendor/status.json")).json()
    camera.inject(fault)
    broken = (await get(camera, "/vendor/status.json")).json()

    assert healthy[path[0]][path[1]] != value
    assert broken[path[0]][path[1]] == value
    assert broken["solar"]["power_mw"] > 0


async def test_vendor_post_counts_as_write(camera: SimulatedCamera) -> None:
    """Whoever posts to the vendor interface is found in the list of writes."""
    url = f"http://{camera.address}/vendor/settings"
    login = HTTPDigestAuth("admin", PASSWORD)
    await asyncio.to_thread(requests.post, url, auth=login, data="x", timeout=10)

    assert [write.operation for write in camera.writes] == ["POST /vendor/settings"]
