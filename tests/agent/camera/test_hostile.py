"""Hostile devices: every call ends within its deadline with a cause, and nothing leaks."""

from __future__ import annotations

import asyncio
import gzip
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from agent.camera.port import CameraError, Cause, LoginKind
from tests.agent.camera.conftest import CameraMaker
from tests.agent.camera.fake_device import (
    INFORMATION,
    SERIAL,
    FakeDevice,
    clock_reply,
    envelope,
)
from tests.agent.camera.raw_server import Answer, RawServer, Seen, http

WHOLE = http(envelope(INFORMATION))


async def refused_by(make_camera: CameraMaker, reply: bytes) -> CameraError:
    """The error of GetDeviceInformation when the device answers it with these bytes."""
    device = FakeDevice()
    device.raw["GetDeviceInformation"] = reply
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address, deadline_s=2.0).device_information()
    return caught.value


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        pytest.param(http("<html>please log in</html>"), Cause.HTTP_NOT_XML, id="html page"),
        pytest.param(http(""), Cause.HTTP_NOT_XML, id="empty 200"),
        pytest.param(http("", status=500), Cause.HTTP_STATUS, id="empty 500"),
        pytest.param(http("nope", status=404), Cause.HTTP_STATUS, id="404"),
        pytest.param(b"SSH-2.0-dropbear\r\n", Cause.HTTP_NOT_XML, id="not HTTP"),
        pytest.param(b"", Cause.TCP_RESET, id="closed at once"),
        pytest.param(
            http(
                gzip.compress(envelope(INFORMATION).encode()), headers=("Content-Encoding: gzip",)
            ),
            Cause.HTTP_NOT_XML,
            id="gzip unasked",
        ),
        pytest.param(
            http(gzip.compress(bytes(20_000_000)), headers=("Content-Encoding: gzip",)),
            Cause.HTTP_NOT_XML,
            id="gzip bomb",
        ),
        pytest.param(http(envelope("")), Cause.ONVIF_MISSING, id="empty body element"),
        pytest.param(
            http(envelope("<tds:GetDeviceInformationResponse/>")),
            Cause.ONVIF_MISSING,
            id="empty success",
        ),
        pytest.param(
            http(envelope("<tds:GetUsersResponse><a/></tds:GetUsersResponse>")),
            Cause.ONVIF_UNPARSABLE,
            id="answer to another question",
        ),
        pytest.param(
            http(envelope(INFORMATION.replace(SERIAL, "9" * 5000))),
            Cause.ONVIF_UNPARSABLE,
            id="endless serial",
        ),
        pytest.param(
            http(envelope(INFORMATION.replace(SERIAL, f"<b>{SERIAL}</b>"))),
            Cause.ONVIF_UNPARSABLE,
            id="serial with elements",
        ),
    ],
)
async def test_bad_reply_has_its_cause(
    make_camera: CameraMaker, reply: bytes, cause: Cause
) -> None:
    """Each bad reply is told apart and gives no information."""
    assert (await refused_by(make_camera, reply)).cause is cause


@pytest.mark.parametrize("close_delimited", [False, True])
async def test_cut_at_every_byte(make_camera: CameraMaker, close_delimited: bool) -> None:
    """A reply cut off anywhere is an error or the full truth, never half a serial."""
    whole = WHOLE
    if close_delimited:
        body = whole.partition(b"\r\n\r\n")[2]
        whole = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body
    device = FakeDevice(kinds=())
    outcomes: set[str] = set()
    async with device.server as server:
        camera = make_camera(server.address, user=None)
        for length in range(len(whole) + 1):
            device.raw["GetDeviceInformation"] = whole[:length]
            try:
                information = await camera.device_information()
            except CameraError as error:
                outcomes.add(error.cause.value)
            else:
                outcomes.add("ok")
                assert information.serial == SERIAL
                assert information.hardware_id == "HW-3"
            camera.start_pass()

    assert {"ok", "onvif.unparsable"} <= outcomes


async def test_huge_reply_is_dropped_at_the_cap(make_camera: CameraMaker) -> None:
    """200 MB cost about one megabyte, of wire and of memory."""

    async def flood() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n"
        for _ in range(200):
            yield bytes(1_000_000)

    async def handler(seen: Seen) -> Answer:
        return flood()

    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with RawServer(handler) as server:
        camera = make_camera(server.address, user=None)
        with pytest.raises(CameraError) as caught:
            await camera.device_information()

    assert caught.value.cause is Cause.HTTP_TOO_LARGE
    assert camera.costs.bytes_received < 2_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 64_000


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-A: a"]
)
async def test_drip_feed_ends_at_the_deadline(make_camera: CameraMaker, head: bytes) -> None:
    """One byte at a time does not keep a call alive: the deadline is for the whole exchange."""

    async def drip() -> AsyncIterator[bytes]:
        yield head
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    async def handler(seen: Seen) -> Answer:
        return drip()

    async with RawServer(handler) as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address, user=None, deadline_s=0.5).device_information()

    assert caught.value.cause is Cause.DEADLINE


async def test_redirect_is_not_followed(make_camera: CameraMaker) -> None:
    """A 307 to another server brings it no request and no login."""

    async def canary_handler(seen: Seen) -> Answer:
        return WHOLE

    async with RawServer(canary_handler) as canary:
        error = await refused_by(
            make_camera,
            http("", status=307, headers=(f"Location: http://{canary.address}/onvif",)),
        )
        hits = canary.connections

    assert error.cause is Cause.HTTP_REDIRECT
    assert hits == 0


async def test_foreign_service_address_gets_nothing(make_camera: CameraMaker) -> None:
    """Service addresses on other hosts, ports or metadata addresses are asked at the device."""

    async def canary_handler(seen: Seen) -> Answer:
        return WHOLE

    async with RawServer(canary_handler) as canary:
        device = FakeDevice()
        services = "".join(
            "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
            f"<tds:XAddr>{address}</tds:XAddr></tds:Service>"
            for address in (
                "http://169.254.169.254/latest/meta-data",
                f"http://{canary.address}/steal",
                f"http://localhost:{canary.port}/steal",
            )
        )
        device.replies["GetServices"] = envelope(
            f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>"
        )
        async with device.server as server:
            with pytest.raises(CameraError):
                await make_camera(server.address).profiles()
            paths = [seen.path for seen in server.seen]
        hits = canary.connections

    assert hits == 0
    assert "/steal" in paths


async def test_endless_headers_are_refused(make_camera: CameraMaker) -> None:
    """A reply that is all headers ends with a cause."""
    error = await refused_by(
        make_camera, b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 2_000_000 + b"\r\n\r\n"
    )

    assert error.cause in (Cause.HTTP_NOT_XML, Cause.TCP_RESET)


async def test_layers_are_named(make_camera: CameraMaker) -> None:
    """A refused port and an unknown name have causes of their own."""
    async with RawServer(lambda seen: _nothing()) as server:
        address = server.address
    with pytest.raises(CameraError) as refused:
        await make_camera(address).connect_tcp()
    with pytest.raises(CameraError) as unknown:
        await make_camera("no-such-host.invalid").connect_tcp()
    with pytest.raises(CameraError) as asked:
        await make_camera(address).device_information()

    assert refused.value.cause is Cause.TCP_REFUSED
    assert unknown.value.cause is Cause.DNS
    assert asked.value.cause is Cause.TCP_REFUSED


async def _nothing() -> bytes:
    return b""


async def test_clock_without_utc_is_no_error(make_camera: CameraMaker) -> None:
    """UTCDateTime is optional: absent means unknown, and a time that cannot be is unparsable."""
    whole = clock_reply(datetime(2026, 1, 2, tzinfo=UTC))
    replies = iter([
        envelope(
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>Manual</tt:DateTimeType>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        ),
        whole.replace("<tt:Month>1<", "<tt:Month>13<"),
    ])  # fmt: skip

    async def handler(seen: Seen) -> Answer:
        return http(next(replies))

    async with RawServer(handler) as server:
        camera = make_camera(server.address)
        clock = await camera.device_clock()
        with pytest.raises(CameraError) as caught:
            await camera.device_clock()

    assert (clock.device_at, clock.offset, clock.source) == (None, None, "Manual")
    assert caught.value.cause is Cause.ONVIF_UNPARSABLE
    assert camera.login is LoginKind.NONE
