"""Logins: the right kind, in the device's time, and never more attempts than kinds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.camera.port import CameraError, Cause, LoginKind
from tests.agent.camera.conftest import CameraMaker
from tests.agent.camera.fake_device import (
    BASIC_OFFER,
    MD5_OFFER,
    PASSWORD,
    SERIAL,
    SHA_OFFER,
    FakeDevice,
    fault,
)
from tests.agent.camera.raw_server import http


@pytest.mark.parametrize(
    ("kinds", "offered", "expected"),
    [
        pytest.param(("wsse",), (), LoginKind.WSSE, id="wsse"),
        pytest.param(("digest-md5",), (MD5_OFFER,), LoginKind.DIGEST_MD5, id="md5"),
        pytest.param(("digest-sha256",), (SHA_OFFER,), LoginKind.DIGEST_SHA256, id="sha256"),
        pytest.param(
            ("digest-md5", "digest-sha256"),
            (MD5_OFFER, SHA_OFFER),
            LoginKind.DIGEST_SHA256,
            id="both offered",
        ),
    ],
)
async def test_each_kind_lets_us_in(
    make_camera: CameraMaker, kinds: tuple[str, ...], offered: tuple[str, ...], expected: LoginKind
) -> None:
    """Whatever kind the device accepts is found, strongest first."""
    device = FakeDevice(kinds=kinds, offered=offered)
    async with device.server as server:
        camera = make_camera(server.address)
        information = await camera.device_information()

    assert information.serial == SERIAL
    assert camera.login is expected


async def test_two_digest_kinds_are_two_passes(make_camera: CameraMaker) -> None:
    """Firmware that offers SHA-256 and knows only MD5 costs one wrong attempt a pass, not two."""
    device = FakeDevice(kinds=("digest-md5",), offered=(MD5_OFFER, SHA_OFFER))
    async with device.server as server:
        first = make_camera(server.address)
        with pytest.raises(CameraError) as caught:
            await first.device_information()
        second = make_camera(server.address)
        information = await second.device_information()

    assert caught.value.cause is Cause.LOGIN_REFUSED
    assert LoginKind.DIGEST_MD5 not in first.refused_logins
    assert (information.serial, second.login) == (SERIAL, LoginKind.DIGEST_MD5)


async def test_second_pass_begins_with_what_worked(make_camera: CameraMaker) -> None:
    """A device that wants Digest is not bothered with WS-UsernameToken again."""
    device = FakeDevice(kinds=("digest-md5",), offered=(MD5_OFFER,))
    async with device.server as server:
        await make_camera(server.address).device_information()
        before = device.logins["wsse"]
        second = make_camera(server.address)
        await second.device_information()

    assert before == 1
    assert device.logins["wsse"] == 1
    assert second.refused_logins == ()
    assert second.costs.login_attempts == 1


@pytest.mark.parametrize(
    "behind", [timedelta(days=1), timedelta(days=365 * 50), timedelta(hours=-14)]
)
async def test_login_is_signed_in_the_devices_time(
    make_camera: CameraMaker, behind: timedelta
) -> None:
    """A wrong clock, even one from the seventies, does not look like a wrong password."""
    device = FakeDevice(kinds=("wsse",), behind=behind)
    async with device.server as server:
        camera = make_camera(server.address)
        assert (await camera.device_information()).serial == SERIAL
        clock = await camera.device_clock()

    assert clock.offset is not None
    assert abs(clock.offset + behind) < timedelta(seconds=3)


async def test_far_future_is_not_signed(make_camera: CameraMaker) -> None:
    """A device cannot collect logins that would be valid years from now."""
    device = FakeDevice(kinds=("wsse",), behind=timedelta(days=-3650))
    async with device.server as server:
        with pytest.raises(CameraError):
            await make_camera(server.address).device_information()
        created = [
            s.body.partition(b"Created>")[2][:4] for s in server.seen if b"Created" in s.body
        ]

    assert created
    assert all(int(year) < 2030 for year in created)


async def test_wrong_password_costs_two_attempts(make_camera: CameraMaker) -> None:
    """A refused password costs two attempts in a pass, however many questions follow."""
    device = FakeDevice(
        kinds=("wsse", "digest-md5", "digest-sha256"),
        offered=(MD5_OFFER, SHA_OFFER),
        password="another",
    )
    async with device.server as server:
        camera = make_camera(server.address)
        for ask in (camera.device_information, camera.profiles, camera.system_log):
            with pytest.raises(CameraError) as caught:
                await ask()
            assert caught.value.cause is Cause.LOGIN_REFUSED

    assert device.logins == {"wsse": 1, "digest-sha256": 1}
    assert camera.costs.login_attempts == 2
    assert set(camera.refused_logins) == {
        LoginKind.WSSE,
        LoginKind.DIGEST_SHA256,
    }


async def test_basic_is_never_answered(make_camera: CameraMaker) -> None:
    """A device that asks for Basic gets no password, and the cause names the method."""
    device = FakeDevice(kinds=("basic",), offered=(BASIC_OFFER,))
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address).device_information()
        sent = b"".join(seen.body for seen in server.seen)
        headers = [seen.headers.get("authorization", "") for seen in server.seen]

    assert caught.value.cause is Cause.LOGIN_METHOD
    assert PASSWORD.encode() not in sent
    assert not any("basic" in header.lower() for header in headers)


async def test_lock_out_stops_all_logins(make_camera: CameraMaker) -> None:
    """When the device says that the account is locked, nothing more is tried in this pass."""
    device = FakeDevice(kinds=("none",))
    async with device.server as server:
        device._no = lambda seen: http(  # type: ignore[method-assign]
            fault("NotAuthorized", "The account is locked, try again in 30 minutes"), status=400
        )
        camera = make_camera(server.address)
        for _ in range(3):
            with pytest.raises(CameraError) as caught:
                await camera.device_information()
            assert caught.value.cause is Cause.LOGIN_LOCKED

    assert device.logins == {"wsse": 1}


async def test_without_credentials_the_cause_says_so(make_camera: CameraMaker) -> None:
    """A device that wants a login when none is configured is not 'wrong password'."""
    device = FakeDevice(kinds=("wsse",))
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address, user=None).device_information()

    assert caught.value.cause is Cause.LOGIN_NO_CREDENTIALS
    assert device.logins == {}


async def test_forbidden_operation_is_no_wrong_password(make_camera: CameraMaker) -> None:
    """A user level that is too low for one operation does not put the password in doubt."""
    device = FakeDevice(kinds=("wsse",))
    device.raw["GetSystemLog"] = http(fault("NotAuthorized", "Sender not Authorized"), status=400)
    async with device.server as server:
        camera = make_camera(server.address)
        await camera.device_information()
        with pytest.raises(CameraError) as caught:
            await camera.system_log()

    assert caught.value.cause is Cause.ONVIF_FAULT
    assert camera.refused_logins == ()


async def test_stale_nonce_is_renewed_without_a_refusal(make_camera: CameraMaker) -> None:
    """stale=true means a right password: one more try with the new nonce."""
    device = FakeDevice(kinds=("digest-md5",), offered=(MD5_OFFER,))
    async with device.server as server:
        camera = make_camera(server.address)
        await camera.device_information()
        accept = device._digest
        stale = iter([True])

        def once_stale(seen: object) -> bool:
            if next(stale, False):
                device.offered = (MD5_OFFER.replace("n1", "n9") + ", stale=true",)
                return False
            return accept(seen)  # type: ignore[arg-type]

        device._digest = once_stale  # type: ignore[method-assign]
        assert (await camera.device_information()).serial == SERIAL

    assert camera.refused_logins == (LoginKind.WSSE,)


async def test_no_secret_reaches_the_transcript(make_camera: CameraMaker) -> None:
    """Passwords, digests and nonces are masked, even when the device echoes our request."""
    device = FakeDevice(kinds=("digest-md5",), offered=(MD5_OFFER,))
    async with device.server as server:
        echo = f"<tds:X>{PASSWORD}</tds:X>"
        device.replies["GetDeviceInformation"] = device.replies["GetDeviceInformation"].replace(
            "<tds:Model>", f"{echo}<tds:Model>"
        )
        camera = make_camera(server.address)
        await camera.device_information()

    shown = repr(camera.exchanges)
    assert "GetDeviceInformation" in shown
    assert PASSWORD not in shown
    assert "response=" not in shown
