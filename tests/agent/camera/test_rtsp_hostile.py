"""RTSP servers that lie, hang or flood: each has its cause, and no password leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from agent.camera.address import Place
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause, Credentials, Target
from agent.camera.rtsp import watch as watch_module
from agent.camera.rtsp.watch import watch
from agent.camera.transcript import Transcript
from tests.agent.camera.conftest import utc_now

PASSWORD = "rtsp-pa55"
SDP = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:{control}\r\n"
Script = Callable[[str], bytes | None]  # request method to reply; None never answers


def reply(status: str, *headers: str, body: str = "", cseq: bool = True) -> bytes:
    """A reply; CSeq is filled in by the server."""
    lines = [f"RTSP/1.0 {status}", *(["CSeq: @"] if cseq else []), *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Server:
    """Plays a script on a free loopback port and keeps what it was told."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.heard = b""

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heard += head
                cseq = head.partition(b"CSeq: ")[2].partition(b"\r\n")[0]
                answer = self._script(head.split(b" ", 1)[0].decode())
                if answer is not None:
                    writer.write(answer.replace(b"@", cseq, 1))
                    await writer.drain()
                if answer == b"":
                    break
        writer.close()


async def fails(script: Script) -> tuple[Cause, Server]:
    """The cause with which a watch of this server ends."""
    credentials = Credentials(user="admin", password=PASSWORD)
    transcript = Transcript(clock=utc_now, credentials=credentials)
    async with Server(script) as server:
        with pytest.raises(CameraError) as caught:
            await watch(
                Place(host="127.0.0.1", port=server.port),
                f"rtsp://127.0.0.1:{server.port}/live",
                target=Target(address="127.0.0.1", credentials=credentials),
                login=LoginState(credentials=credentials, tally=transcript.tally),
                transcript=transcript,
                seconds=1.0,
                first_packet_s=0.3,
            )
    assert PASSWORD.encode() not in server.heard
    assert PASSWORD not in repr(transcript.exchanges)
    return caught.value.cause, server


def playing(**changes: bytes | None) -> Script:
    """A server that plays nothing, with some replies exchanged."""
    replies: dict[str, bytes | None] = {
        "OPTIONS": reply("200 OK"),
        "DESCRIBE": reply("200 OK", body=SDP.format(control="track1")),
        "SETUP": reply("200 OK", "Session: 1;timeout=60"),
        "PLAY": reply("200 OK"),
    }
    return (replies | changes).get


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        pytest.param(playing(), Cause.RTSP_NO_PACKET, id="plays nothing"),
        pytest.param(playing(OPTIONS=b""), Cause.TCP_RESET, id="closes at once"),
        pytest.param(playing(OPTIONS=b"HTTP/1.1 400\r\n\r\n"), Cause.RTSP_PROTOCOL, id="http"),
        pytest.param(playing(OPTIONS=b"X" * 200_000), Cause.RTSP_PROTOCOL, id="endless line"),
        pytest.param(
            playing(OPTIONS=reply("200 OK", *["A: b"] * 5000)), Cause.RTSP_PROTOCOL, id="headers"
        ),
        pytest.param(
            playing(DESCRIBE=reply("200 OK", "Content-Length: 99999999")),
            Cause.RTSP_PROTOCOL,
            id="huge body",
        ),
        pytest.param(
            playing(DESCRIBE=reply("200 OK", "Content-Length: -1")),
            Cause.RTSP_PROTOCOL,
            id="negative body",
        ),
        pytest.param(playing(DESCRIBE=reply("200 OK")), Cause.RTSP_PROTOCOL, id="no video"),
        pytest.param(playing(SETUP=reply("461 No")), Cause.RTSP_STATUS, id="461"),
        pytest.param(playing(PLAY=reply("454 No")), Cause.RTSP_STATUS, id="454"),
        pytest.param(
            playing(DESCRIBE=reply("401 No", 'WWW-Authenticate: Basic realm="x"')),
            Cause.LOGIN_METHOD,
            id="basic only",
        ),
        pytest.param(
            playing(
                DESCRIBE=reply(
                    "401 No",
                    'WWW-Authenticate: Digest realm="x", nonce="n", stale=true',
                    'WWW-Authenticate: Basic realm="x"',
                )
            ),
            Cause.LOGIN_REFUSED,
            id="always stale",
        ),
        pytest.param(
            playing(DESCRIBE=reply("200 OK", body=SDP.format(control="http://x/y"))),
            Cause.ONVIF_FOREIGN_ADDRESS,
            id="control is no rtsp",
        ),
    ],
)
async def test_hostile_server_has_its_cause(script: Script, cause: Cause) -> None:
    """Each kind of misbehaviour is told apart."""
    assert (await fails(script))[0] is cause


async def test_silent_server_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts and never answers costs the deadline and no more."""
    monkeypatch.setattr(watch_module, "_PREPARE_S", 0.3)

    assert (await fails(playing(OPTIONS=None)))[0] is Cause.DEADLINE


async def test_foreign_control_address_stays_on_the_device() -> None:
    """A control URL on another host is asked for at the device."""
    control = "rtsp://10.1.2.3:99/track1"
    _, server = await fails(playing(DESCRIBE=reply("200 OK", body=SDP.format(control=control))))

    assert f"SETUP rtsp://127.0.0.1:{server.port}/track1".encode() in server.heard
    assert b"10.1.2.3" not in server.heard


async def test_sound_where_video_was_agreed_is_no_stream() -> None:
    """Packets of another payload type than the description's are not the video, as in ffmpeg."""
    sound = b"\x80\x00" + bytes(170)
    packets = (b"$\x00" + len(sound).to_bytes(2, "big") + sound) * 10

    cause, _ = await fails(playing(PLAY=reply("200 OK") + packets))
    assert cause is Cause.RTSP_NO_PACKET


async def test_a_session_brings_no_header_along() -> None:
    """What the device calls its session is repeated without signs that would end our line."""
    session = reply("200 OK", "Session: 4\rX-Evil: 1\x0b;timeout=60")
    _, server = await fails(playing(SETUP=session))

    assert b"Session: 4X-Evil: 1\r\n" in server.heard
    assert b"\rX-Evil" not in server.heard


async def test_flood_of_packets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than any stream has end the watch."""
    monkeypatch.setattr(watch_module, "_WATCH_CAP_BYTES", 1_000_000)
    packet = b"\x80\x60" + bytes(60_000)
    flood = (b"$\x00" + len(packet).to_bytes(2, "big") + packet) * 40

    cause, _ = await fails(playing(PLAY=reply("200 OK") + flood))
    assert cause is Cause.RTSP_PROTOCOL
