"""Vendor logins: tokens, cookies and passwords in clear; none is left open, burnt or kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.camera.door import Door
from agent.camera.http import CameraHttp
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause, Credentials, LoginKind, Target, VendorValue
from agent.camera.profiles.profile import Power, Profile
from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.reading import read_vendor_values
from agent.camera.transcript import Transcript
from tests.agent.camera.certificates import OPENSSL, self_signed
from tests.agent.camera.conftest import utc_now
from tests.agent.camera.fake_device import PASSWORD, USER
from tests.agent.camera.profiles.vendors import Hilink, InClear, Reolink, Rutos
from tests.agent.camera.raw_server import Handler, RawServer

PROFILES = {profile.id: profile for profile in load_profiles()}
Opened = AbstractAsyncContextManager[Door]
Opener = Callable[..., Opened]


def door_to(server: RawServer, http: CameraHttp, *, pins: tuple[str, ...] = ()) -> Door:
    """A fresh pass over the device, whose certificate an operator has pinned."""
    credentials = Credentials(user=USER, password=PASSWORD)
    target = Target(address=server.address, credentials=credentials, tls_fingerprints=pins)
    transcript = Transcript(clock=utc_now, credentials=credentials)
    return Door(
        target=target,
        http=http,
        transcript=transcript,
        login=LoginState(credentials=credentials, tally=transcript.tally),
        memory=http.memory_of(target),
    )


@pytest.fixture
async def over_tls(tmp_path: Path) -> AsyncIterator[Opener]:
    """Opens a vendor interface inside TLS and a door to it."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    http, pair = CameraHttp(), self_signed(tmp_path)

    @asynccontextmanager
    async def opened(handler: Handler, *, pinned: bool = True) -> AsyncIterator[Door]:
        async with RawServer(handler, tls=pair.server()) as server:
            yield door_to(server, http, pins=(pair.pin,) if pinned else ())

    yield opened
    await http.close()


def here(profile: Profile, *, tls: bool = True) -> Profile:
    """The profile at the port of the test's server."""
    return replace(profile, http_port=None, http_tls=tls)


async def read(door: Door, name: str, **options: bool) -> Mapping[str, VendorValue]:
    """Values by the shipped profile, at the port of the door's target."""
    port = int(door.target.address.rpartition(":")[2])
    profile = replace(PROFILES[name], http_port=port)
    return await read_vendor_values(door, profile, **options)


def kept_of(door: Door) -> str:
    """All that the transcript keeps of a pass, as text."""
    return repr(door.transcript.exchanges)


async def test_reolink_battery_is_read_with_one_login_and_logged_out(over_tls: Opener) -> None:
    """One token serves all sources, and the session is given back."""
    camera = Reolink()
    async with over_tls(camera.answer) as door:
        values = await read(door, "reolink.battery")

    told = {name: value.value for name, value in values.items()}
    assert told["battery.charge"] == 83.0
    assert told["battery.state"] == "charging"
    assert told["battery.charging"] is True
    assert told["battery.source"] == "solar"
    assert told["battery.voltage"] == 4021.0
    assert told["ir.filter_mode"] == "night"
    assert (values["wifi.rssi"].value, values["wifi.rssi"].quality) == (None, "unknown")
    assert (values["device.serial"].value, values["device.serial"].quality) == (None, "unknown")
    assert camera.logins == 1
    assert camera.tokens == set()
    assert camera.asked[-1] == "Logout"
    assert "secret" not in kept_of(door)
    assert PASSWORD not in kept_of(door)


async def test_a_token_that_grows_old_is_fetched_anew_once(over_tls: Opener) -> None:
    """The values are whole, and one more login was made, not one a request."""
    camera = Reolink()
    camera.forget_after = 3
    async with over_tls(camera.answer) as door:
        values = await read(door, "reolink.battery")

    assert values["battery.charge"].value == 83.0
    assert camera.logins == 2
    assert not door.login.vendor_refusals


@pytest.mark.parametrize(
    ("code", "cause", "locked"),
    [
        (-502, Cause.LOGIN_REFUSED, False),
        (-506, Cause.LOGIN_LOCKED, True),
        (-105, Cause.LOGIN_LOCKED, True),
        (-507, Cause.VENDOR_REFUSED, False),
    ],
)
async def test_a_vendor_login_obeys_the_limits_of_the_pass(
    over_tls: Opener, code: int, cause: Cause, locked: bool
) -> None:
    """Refused once is once; a lock ends all logins; no free session is nobody's wrong password."""
    camera = Reolink(login_code=code)
    async with over_tls(camera.answer) as door:
        with pytest.raises(CameraError) as caught:
            await read(door, "reolink.battery")
        assert caught.value.cause is cause
        assert door.login.locked is locked
        attempts = camera.logins
        door.login.note_refused(LoginKind.WSSE)
        if cause is Cause.LOGIN_REFUSED:
            with pytest.raises(CameraError):
                await read(door, "reolink.battery")
            assert camera.logins == attempts

    assert attempts == (1 if cause in (Cause.LOGIN_REFUSED, Cause.LOGIN_LOCKED) else attempts)
    assert door.transcript.tally.login_attempts >= 1


async def test_two_refusals_before_leave_the_vendor_login_untried(over_tls: Opener) -> None:
    """What ONVIF has used up of the pass's attempts is used up for the vendor too."""
    camera = Reolink()
    async with over_tls(camera.answer) as door:
        door.login.note_refused(LoginKind.WSSE)
        door.login.note_refused(LoginKind.DIGEST_MD5)
        with pytest.raises(CameraError) as caught:
            await read(door, "reolink.battery")

    assert caught.value.cause is Cause.LOGIN_REFUSED
    assert camera.asked == []


async def test_a_sleeping_camera_is_asked_only_what_does_not_wake_it(over_tls: Opener) -> None:
    """Without leave to wake, the sources that are safe while asleep are all that is asked."""
    camera = Reolink()
    async with over_tls(camera.answer) as door:
        values = await read(door, "reolink.battery", may_wake=False)

    assert set(camera.asked) - {"Login", "Logout"} == {"GetBatteryInfo", "GetIrLights", "GetIsp"}
    assert "device.firmware" not in values


@pytest.mark.parametrize("name", ["reolink.battery", "mikrotik.rest", "foscam.cgi"])
async def test_no_password_leaves_in_clear_without_tls(name: str) -> None:
    """Over plain HTTP such a login is not tried at all."""
    http, interface = CameraHttp(), InClear()
    async with RawServer(interface.answer) as server:
        door = door_to(server, http)
        with pytest.raises(CameraError) as caught:
            await read_vendor_values(door, here(PROFILES[name], tls=False))
    await http.close()

    assert caught.value.cause is Cause.LOGIN_METHOD
    assert interface.attempts == 0


async def test_rutos_bearer(over_tls: Opener) -> None:
    """The token of the login goes into the header of every question, and nowhere else."""
    router = Rutos(
        {
            "/api/login": b'{"success":true,"data":{"token":"tok-4711-abc","expires":299}}',
            "/api/modems/status": b'{"success":true,"data":[{"rsrp":-83,"rsrq":"N/A","imei":'
            b'"490154203237518","simstate":"Inserted","operator_state":"Registered, home"}]}',
            "/api/system/device/usage/status": b'{"success":true,"data":{"uptime_seconds":60}}',
        }
    )
    async with over_tls(router.answer) as door:
        values = await read(door, "teltonika.rutos")

    assert values["cellular.rsrp"].value == -83.0
    assert values["cellular.rsrq"].quality == "unknown"
    assert values["cellular.registered"].value is True
    assert values["device.uptime"].value == 60.0
    assert set(router.headers) == {"Bearer tok-4711-abc"}
    assert "tok-4711" not in kept_of(door)
    assert "490154203237518" not in kept_of(door)


async def test_hilink_cookie_and_token() -> None:
    """Units beside numbers are cut, blanks are unknown, and 901 is connected."""
    http, stick = CameraHttp(), Hilink()
    async with RawServer(stick.answer) as server:
        door = door_to(server, http)
        values = await read_vendor_values(door, here(PROFILES["huawei.hilink"], tls=False))
    await http.close()

    assert values["cellular.rsrp"].value == -86.0
    assert values["cellular.rssi"].value == -51.0
    assert values["cellular.sinr"].value == 10.0
    assert values["cellular.state"].value == "connected"
    assert values["battery.charge"].quality == "unknown"
    assert values["cellular.cell"].quality == "unknown"
    assert "4711" not in kept_of(door)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("100003", Cause.VENDOR_REFUSED),
        ("108007", Cause.LOGIN_LOCKED),
        ("125002", Cause.VENDOR_REFUSED),
    ],
)
async def test_hilink_says_why_it_tells_nothing(code: str, cause: Cause) -> None:
    """No rights, locked, and a session that it will not have: three causes, and no value."""
    http, stick = CameraHttp(), Hilink(error=code)
    async with RawServer(stick.answer) as server:
        with pytest.raises(CameraError) as caught:
            await read_vendor_values(
                door_to(server, http), here(PROFILES["huawei.hilink"], tls=False)
            )
    await http.close()

    assert caught.value.cause is cause


@pytest.mark.parametrize(
    ("name", "metric", "value"),
    [("mikrotik.rest", "cellular.rsrp", -97.0), ("foscam.cgi", "ir.led_state", "on")],
)
async def test_a_password_in_clear_stays_inside_tls_and_out_of_the_transcript(
    over_tls: Opener, name: str, metric: str, value: object
) -> None:
    """Basic and the address work over TLS; what a device echoes of them is masked."""
    interface = InClear()
    async with over_tls(interface.answer) as door:
        values = await read(door, name)

    assert values[metric].value == value
    kept = kept_of(door) + repr(values)
    assert PASSWORD not in kept
    assert "YWRtaW46czNjcmV0LXBhc3M=" not in kept  # user and password as Basic writes them


@pytest.mark.parametrize("name", ["mikrotik.rest", "foscam.cgi"])
async def test_a_wrong_password_in_clear_is_tried_once(over_tls: Opener, name: str) -> None:
    """The second source is not asked with a password that the first one refused."""
    interface = InClear(password="another")
    async with over_tls(interface.answer) as door:
        with pytest.raises(CameraError) as caught:
            await read(door, name)

    assert caught.value.cause is Cause.LOGIN_REFUSED
    assert interface.attempts == 1
    assert door.transcript.tally.login_attempts == 1


@pytest.mark.parametrize("name", ["reolink.battery", "mikrotik.rest", "foscam.cgi"])
async def test_no_password_goes_to_a_certificate_that_nobody_vouches_for(
    over_tls: Opener, name: str
) -> None:
    """Without a pin nothing of the login leaves, and ONVIF's own door stays open."""
    camera, interface = Reolink(), InClear()
    handler = camera.answer if name.startswith("reolink") else interface.answer
    async with over_tls(handler, pinned=False) as door:
        with pytest.raises(CameraError) as caught:
            await read(door, name)

    assert caught.value.cause is Cause.TLS_UNPINNED
    assert door.transcript.tally.login_attempts == 0
    assert (camera.asked, interface.attempts) == ([], 0)
    assert door.distrust is None


async def test_a_camera_that_is_waking_up_is_asked_once_more() -> None:
    """Its port opens a moment after it was woken; before that nothing of a login has left."""
    http, camera = CameraHttp(), Hilink()
    async with RawServer(camera.answer) as server:
        port = server.port
    door = door_to(server, http)
    late = RawServer(camera.answer, port=port)
    waking = replace(here(PROFILES["huawei.hilink"], tls=False), power=Power(wake_grace_s=0.5))

    async def wake() -> None:
        await asyncio.sleep(0.1)
        await late.__aenter__()

    _, values = await asyncio.gather(wake(), read_vendor_values(door, waking))
    await late.__aexit__(None, None, None)
    await http.close()

    assert values["cellular.rsrp"].value == -86.0


async def test_a_camera_that_is_off_is_not_waited_for_twice() -> None:
    """One grace in a reading, and none where the camera is to be let sleep."""
    http = CameraHttp()
    async with RawServer(Hilink().answer) as server:
        pass
    slow = replace(here(PROFILES["huawei.hilink"], tls=False), power=Power(wake_grace_s=0.2))
    door = door_to(server, http)
    with pytest.raises(CameraError) as caught:
        await read_vendor_values(door, slow)
    await http.close()

    assert caught.value.cause is Cause.TCP_REFUSED
    assert door.transcript.tally.requests == 2
