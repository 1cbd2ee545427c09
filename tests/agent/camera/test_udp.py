"""RTP over UDP: only where interleaving is refused, only from the camera, losses told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import struct
import subprocess
from collections.abc import Callable, Iterable

import pytest

from agent.camera.address import Place
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause, StreamHealth, Target
from agent.camera.rtsp.rtcp import Reception
from agent.camera.rtsp.rtp import RtpPacket
from agent.camera.rtsp.watch import watch
from agent.camera.transcript import Transcript
from tests.agent.camera.conftest import utc_now
from tests.agent.camera.test_gstreamer import SYSTEM_PYTHON

SDP = "v=0\r\nm=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
SSRC = 77
Numbers = Callable[[], Iterable[int]]


def rtp(number: int, *, source: int = SSRC) -> bytes:
    """A whole key frame in one packet, 100 ms after the one before."""
    return struct.pack(">BBHII", 0x80, 0xE0, number % 65536, number * 9000, source) + b"\x65abcdef"


class UdpCamera:
    """An RTSP server that answers TCP with ``status`` and sends ``numbers`` over UDP."""

    def __init__(
        self, numbers: Iterable[int], *, status: str = "461 Unsupported Transport"
    ) -> None:
        self._numbers, self._status = list(numbers), status
        self.transports: list[str] = []
        self.reports: list[bytes] = []
        self._client = 0

    async def __aenter__(self) -> UdpCamera:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        loop, camera = asyncio.get_running_loop(), self

        class Control(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _: object) -> None:
                camera.reports.append(data)

        self._rtp, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        self._rtcp, _ = await loop.create_datagram_endpoint(Control, local_addr=("127.0.0.1", 0))
        # Another host of this network: it may send, and nobody listens.
        self._stranger, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.2", 0)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for one in (self._rtp, self._rtcp, self._stranger):
            one.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender: asyncio.Task[None] | None = None
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method = head.split(" ", 1)[0]
                more, status, body = "", "200 OK", SDP if method == "DESCRIBE" else ""
                if method == "SETUP":
                    transport = head.partition("Transport: ")[2].partition("\r\n")[0]
                    self.transports.append(transport)
                    if "TCP" in transport:
                        status = self._status
                    else:
                        found = re.search(r"client_port=(\d+)", transport)
                        assert found is not None
                        self._client = int(found.group(1))
                        ports = "-".join(
                            str(one.get_extra_info("sockname")[1])
                            for one in (self._rtp, self._rtcp)
                        )
                        transport += f";server_port={ports}"
                        more = f"Session: 5;timeout=60\r\nTransport: {transport}\r\n"
                cseq = head.partition("CSeq: ")[2].partition("\r\n")[0]
                length = f"Content-Length: {len(body)}\r\n" if body else ""
                writer.write(
                    f"RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{more}{length}\r\n{body}".encode()
                )
                await writer.drain()
                if method == "PLAY":
                    sender = asyncio.create_task(self._send())
        if sender is not None:
            sender.cancel()
        writer.close()

    async def _send(self) -> None:
        if not self._client:
            return
        to = ("127.0.0.1", self._client)
        report = struct.pack(">BBHIQIII", 0x80, 200, 6, SSRC, 0x0102030405060708, 0, 1, 1)
        self._rtcp.sendto(report, ("127.0.0.1", self._client + 1))
        for number in self._numbers:
            self._stranger.sendto(rtp(number + 5000), to)
            self._rtp.sendto(rtp(number), to)
            self._rtp.sendto(rtp(number + 7000, source=SSRC + 1) if number % 3 == 1 else b"no", to)
            await asyncio.sleep(0.02)


async def watched(camera: UdpCamera, *, seconds: float = 1.2) -> tuple[StreamHealth, Transcript]:
    """Watch what the camera sends."""
    transcript = Transcript(clock=utc_now, credentials=None)
    async with camera:
        health = await watch(
            Place(host="127.0.0.1", port=camera.port),
            f"rtsp://127.0.0.1:{camera.port}/live",
            target=Target(address="127.0.0.1"),
            login=LoginState(credentials=None, tally=transcript.tally),
            transcript=transcript,
            seconds=seconds,
            first_packet_s=1.0,
        )
        await asyncio.sleep(0.05)
    return health, transcript


async def test_packets_are_counted_in_order_and_from_the_camera_alone() -> None:
    """Swapped and repeated packets are no loss, missing ones are; strangers are not heard."""
    order = [65_530, 65_532, 65_531, 65_533, 65_533, *range(65_536, 65_560)]
    camera = UdpCamera(order)
    health, transcript = await watched(camera)

    assert health.packets == len(order) - 1
    assert health.lost_packets == 2
    assert health.fps == pytest.approx(27 / 2.9)  # two of the thirty pictures are missing
    assert health.key_frames == len(order) - 1
    assert camera.transports[0] == "RTP/AVP/TCP;unicast;interleaved=0-1"
    assert camera.transports[1].startswith("RTP/AVP;unicast;client_port=")
    assert "over UDP" in transcript.exchanges[-1].detail


@pytest.mark.parametrize(
    "status", ["400 Bad", "453 Not Enough Bandwidth", "500 Internal", "200 OK"]
)
async def test_udp_is_for_461_alone(status: str) -> None:
    """Any other refusal of TCP is the device's answer: nothing else is tried behind it."""
    camera = UdpCamera(range(3), status=status)
    with pytest.raises(CameraError) as caught:
        await watched(camera)

    assert caught.value.cause in (Cause.RTSP_STATUS, Cause.RTSP_NO_PACKET)
    assert len(camera.transports) == 1


async def test_silence_over_udp_is_no_packet() -> None:
    """A firewall that lets RTSP through and no UDP is told as such."""
    with pytest.raises(CameraError) as caught:
        await watched(UdpCamera([]))

    assert caught.value.cause is Cause.RTSP_NO_PACKET


async def test_the_server_hears_that_somebody_listens() -> None:
    """A receiver report comes within two seconds, and a goodbye at the end."""
    camera = UdpCamera(range(100, 180))
    await watched(camera, seconds=1.5)

    assert len(camera.reports) == 2
    assert camera.reports[0][:2] == b"\x81\xc9"
    assert b"\x81\xcb" in camera.reports[1]


PARSE = """
import json, sys
import gi
gi.require_version("GstRtp", "1.0")
from gi.repository import Gst, GstRtp
Gst.init(None)
data = sys.stdin.buffer.read()
buffer = GstRtp.rtcp_buffer_new_copy_data(data)
rtcp = GstRtp.RTCPBuffer()
GstRtp.RTCPBuffer.map(buffer, Gst.MapFlags.READ, rtcp)
packet, kinds, block = GstRtp.RTCPPacket(), [], None
more = rtcp.get_first_packet(packet)
while more:
    kinds.append(packet.get_type().value_nick)
    if kinds[-1] == "rr":
        block = packet.get_rb(0)
    more = packet.move_to_next()
print(json.dumps({"valid": GstRtp.rtcp_buffer_validate(buffer), "kinds": kinds, "block": block}))
"""


def test_another_implementation_reads_our_report() -> None:
    """GStreamer finds the compound packet valid and reads source, loss and number in it."""
    check = "import gi; gi.require_version('GstRtp', '1.0')"
    if subprocess.run([SYSTEM_PYTHON, "-c", check], capture_output=True, check=False).returncode:
        pytest.skip("GStreamer's RTP library (gi) is not installed")
    reception = Reception(clock_hz=90_000, source=SSRC)
    for number in (65_534, 65_535, 65_537, 65_538):
        payload = memoryview(b"x")
        reception.take(RtpPacket(number % 65_536, 0, False, payload, SSRC), at_s=1.0)
    found = subprocess.run(
        [SYSTEM_PYTHON, "-c", PARSE],
        input=reception.report(now_s=2.0) + reception.farewell(),
        capture_output=True,
        check=False,
    )
    said = json.loads(found.stdout or found.stderr)

    assert said["valid"] is True
    assert said["kinds"] == ["rr", "sdes", "bye"]
    source, fraction, lost, highest = said["block"][:4]
    assert (source, fraction, lost, highest) == (SSRC, 256 // 5, 1, 65_538)
