"""HTTPS and RTSPS: no login leaves towards a certificate that nobody has vouched for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.camera.address import Place
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause, Credentials, LoginKind, Target
from agent.camera.rtsp.watch import watch
from agent.camera.tls import read_fingerprint
from agent.camera.transcript import Transcript
from agent.diagnosis import RULES
from agent.diagnosis.rule import Verdict
from agent.once import visit_once
from agent.probes import PROBES
from agent.show_certificate import show_certificate
from tests.agent.camera import test_gstreamer
from tests.agent.camera.certificates import OPENSSL, Pair, self_signed, signed
from tests.agent.camera.conftest import utc_now
from tests.agent.camera.fake_device import (
    BASIC_OFFER,
    MD5_OFFER,
    PASSWORD,
    SERIAL,
    USER,
    FakeDevice,
)

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


@pytest.fixture
async def http() -> AsyncIterator[CameraHttp]:
    """The agent's client."""
    client = CameraHttp()
    yield client
    await client.close()


def camera_at(
    http: CameraHttp, address: str, *, pins: tuple[str, ...] = (), ca: str = ""
) -> NetworkCamera:
    """Our camera over TLS."""
    target = Target(
        address=address,
        credentials=Credentials(user=USER, password=PASSWORD),
        tls=True,
        tls_fingerprints=pins,
        tls_ca=ca,
    )
    return NetworkCamera(target, http=http, decoder=Decoder(), profiles=(), clock=utc_now)


def heard_logins(device: FakeDevice) -> int:
    """Requests that bore a login of any kind."""
    return sum(
        b"UsernameToken" in seen.body or "authorization" in seen.headers
        for seen in device.server.seen
    )


@pytest.mark.parametrize(
    ("kinds", "offered"),
    [(("wsse",), ()), (("digest-md5",), (MD5_OFFER,)), ((), (BASIC_OFFER,))],
    ids=["wsse", "digest", "basic"],
)
async def test_unpinned_certificate_gets_no_login(
    tmp_path: Path, http: CameraHttp, kinds: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    """The time is asked without a login; everything else says which fingerprint to pin."""
    pair = self_signed(tmp_path)
    device = FakeDevice(kinds=kinds or ("basic",), offered=offered, tls=pair.server())
    async with device.server as server:
        camera = camera_at(http, server.address)
        clock = await camera.device_clock()
        causes = []
        for ask in (camera.device_information, camera.profiles, camera.snapshot):
            with pytest.raises(CameraError) as caught:
                await ask()
            causes.append(caught.value.cause)

    assert clock.device_at is not None
    assert causes == [Cause.TLS_UNPINNED] * 3
    assert f'tls_fingerprint = "{pair.pin}"' in caught.value.detail
    assert "self-signed" in caught.value.detail
    assert heard_logins(device) == 0
    assert camera.costs.login_attempts == 0


async def test_pinned_certificate_is_believed(tmp_path: Path, http: CameraHttp) -> None:
    """With its fingerprint, as openssl prints it, the camera is asked as over HTTP."""
    pair = self_signed(tmp_path)
    pin = read_fingerprint(pair.fingerprint)
    assert pin == pair.pin
    async with FakeDevice(tls=pair.server()).server as server:
        camera = camera_at(http, server.address, pins=(pin,))
        information = await camera.device_information()

    assert information.serial == SERIAL
    assert camera.login is LoginKind.WSSE


async def test_another_certificate_stops_everything(tmp_path: Path, http: CameraHttp) -> None:
    """Not one request reaches a device that shows another certificate than the pinned one."""
    pinned, shown = self_signed(tmp_path, "old"), self_signed(tmp_path, "new")
    async with FakeDevice(tls=shown.server()).server as server:
        camera = camera_at(http, server.address, pins=(pinned.pin,))
        for ask in (camera.device_clock, camera.device_information, camera.snapshot):
            with pytest.raises(CameraError) as caught:
                await ask()
            assert caught.value.cause is Cause.TLS_CHANGED
        confirmed = camera_at(http, server.address, pins=(pinned.pin, shown.pin))

        assert server.seen == []
        assert shown.pin in caught.value.detail
        assert camera.costs.login_attempts == 0
        assert (await confirmed.device_information()).serial == SERIAL


async def test_an_authority_vouches_for_an_address(tmp_path: Path, http: CameraHttp) -> None:
    """What tls_ca has signed for this address needs no pin; for another address it does."""
    authority = self_signed(tmp_path, "authority")
    ca = str(authority.certificate)
    right = signed(tmp_path, authority, address="127.0.0.1", name="right")
    wrong = signed(tmp_path, authority, address="192.0.2.1", name="wrong")
    async with FakeDevice(tls=right.server()).server as server:
        assert (await camera_at(http, server.address, ca=ca).device_information()).serial == SERIAL
        with pytest.raises(CameraError) as by_public:
            await camera_at(http, server.address).device_information()
    async with FakeDevice(tls=wrong.server()).server as server:
        with pytest.raises(CameraError) as by_name:
            await camera_at(http, server.address, ca=ca).device_information()

    assert by_public.value.cause is Cause.TLS_UNPINNED
    assert by_name.value.cause is Cause.TLS_UNPINNED


async def test_a_port_without_tls_is_told(http: CameraHttp) -> None:
    """HTTP where HTTPS is configured is a failure of TLS, and says nothing of a certificate."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(CameraError) as caught:
        await camera_at(http, f"127.0.0.1:{port}").device_clock()
    server.close()

    assert caught.value.cause is Cause.TLS


@pytest.mark.parametrize("text", ["", "sha256:12", "md5:" + "0" * 32, "g" * 64, "0" * 65])
def test_what_is_no_fingerprint(text: str) -> None:
    """Only 32 bytes in hexadecimal are one."""
    assert read_fingerprint(text) is None


class TlsFront:
    """TLS in front of another server: cameras speak RTSPS, GStreamer here speaks RTSP."""

    def __init__(self, pair: Pair, behind: int) -> None:
        self._pair, self._behind = pair, behind

    async def __aenter__(self) -> TlsFront:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._pair.server()
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other, towards = await asyncio.open_connection("127.0.0.1", self._behind)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, towards), pump(other, writer))


port = test_gstreamer.port


@pytest.mark.skipif(test_gstreamer.REASON is not None, reason=test_gstreamer.REASON or "")
async def test_rtsps_by_the_same_rules(tmp_path: Path, port: int) -> None:
    """Pinned it plays; unpinned or changed, not even a request for the stream leaves."""
    pair, other = self_signed(tmp_path), self_signed(tmp_path, "other")
    credentials = Credentials(user=test_gstreamer.USER, password=test_gstreamer.PASSWORD)

    async def play(front: TlsFront, *pins: str) -> float | None:
        transcript = Transcript(clock=utc_now, credentials=credentials)
        health = await watch(
            Place(host="127.0.0.1", port=front.port),
            f"rtsps://127.0.0.1:{front.port}/h264",
            target=Target(
                address="127.0.0.1", credentials=credentials, tls=True, tls_fingerprints=pins
            ),
            login=LoginState(credentials=credentials, tally=transcript.tally),
            transcript=transcript,
            seconds=1.2,
        )
        return health.fps

    async with TlsFront(pair, port) as front:
        assert await play(front, pair.pin) == pytest.approx(10, rel=0.03)
        with pytest.raises(CameraError) as unpinned:
            await play(front)
        with pytest.raises(CameraError) as changed:
            await play(front, other.pin)

    assert unpinned.value.cause is Cause.TLS_UNPINNED
    assert pair.pin in unpinned.value.detail
    assert changed.value.cause is Cause.TLS_CHANGED


@pytest.mark.parametrize(
    ("pinned", "code"),
    [(False, "login.certificate_unproven"), (True, "login.certificate_changed")],
)
async def test_what_keeps_the_login_back_is_a_finding(
    tmp_path: Path, http: CameraHttp, pinned: bool, code: str
) -> None:
    """A whole visit names it, with the fingerprint to write down, in both languages."""
    shown, other = self_signed(tmp_path), self_signed(tmp_path, "other")
    async with FakeDevice(tls=shown.server()).server as server:
        camera = camera_at(http, server.address, pins=(other.pin,) if pinned else ())
        visit = await visit_once(
            camera, probes=PROBES, rules=RULES, clock=utc_now, watch_seconds=1.0
        )
    faults = {f.code: f for f in visit.findings if f.verdict is Verdict.FAULT}

    assert set(faults) == {code}
    assert shown.pin in faults[code].summary_en
    assert shown.pin in faults[code].summary_zh
    for lang in ("en", "zh"):
        assert f'tls_fingerprint = "{shown.pin}"' in show_certificate(visit.readings, lang)
