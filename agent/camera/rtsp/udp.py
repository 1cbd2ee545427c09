"""RTP over UDP, for servers that refuse to interleave: packets in order, reports to the sender."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import time
from collections import deque
from typing import Final

from agent.camera.rtsp.message import Interleaved, RtspConnection, RtspReply, broken
from agent.camera.rtsp.reorder import Arrived, Reorder
from agent.camera.rtsp.rtcp import Reception
from agent.camera.rtsp.rtp import read_packet
from agent.camera.rtsp.udp_ports import RTCP, RTP, Datagram, Sender, UdpPorts

_FIRST_REPORT_S, _REPORT_EVERY_S = 1.0, 5.0
_SERVER_PORTS = re.compile(r"server_port\s*=\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?")
_USER_PORTS: Final = range(1024, 65_536)
_PUNCH: Final = b"\x80\x00" + bytes(10)  # an empty RTP packet, as other players send it


class UdpStream:
    """The packets of one stream over UDP; ``receive`` has the shape of ``RtspConnection``'s."""

    channel = RTP

    def __init__(self, connection: RtspConnection, *, clock_hz: int) -> None:
        self._connection = connection
        self._clock_hz = clock_hz
        self._camera = connection.peer_ip
        self._ports = UdpPorts(self._camera)
        self._reader: asyncio.Task[RtspReply | Interleaved] | None = None
        self._reorder = Reorder()
        self._ready: deque[Arrived] = deque()
        self._reception: Reception | None = None
        self._report_to: Sender | None = None
        self._report_at_s = 0.0
        self._stated: tuple[int, int] | None = None  # the server's ports

    async def open(self) -> None:
        """Bind the ports; CameraError when none are free."""
        host, scope = self._connection.own_ip
        await self._ports.open(own_host=host, scope=scope)

    @property
    def offer(self) -> str:
        """The Transport header of SETUP."""
        return f"RTP/AVP;unicast;client_port={self._ports.first}-{self._ports.first + 1}"

    def take_answer(self, transport: str) -> None:
        """Learn the server's ports. Whatever host it names, packets come from the camera alone."""
        found = _SERVER_PORTS.search(transport)
        if found:
            first = int(found.group(1))
            last = int(found.group(2) or first + 1)
            self._stated = (first, last) if {first, last} <= set(_USER_PORTS) else None

    def begin(self) -> None:
        """Before PLAY: open the way back through whatever translates addresses between.

        On loopback other ports are other programs: nothing is sent there unasked.
        """
        address = ipaddress.ip_address(self._camera.partition("%")[0])
        if self._stated is not None and not address.is_loopback:
            scope = self._connection.own_ip[1]
            port = self._stated[RTP]
            to = (self._camera, port, 0, scope) if address.version == 6 else (self._camera, port)
            self._ports.send(RTP, _PUNCH, to)

    async def receive(self) -> RtspReply | Interleaved:
        """The next packet in order, or what RTSP says meanwhile; errors of the connection pass."""
        while True:
            if self._ready:
                return Interleaved(RTP, self._ready.popleft().payload)
            if self._ports.queue:
                control = self._take(self._ports.queue.popleft())
                if control is not None:
                    return control
                continue
            if self._ports.is_overrun:
                raise broken("the stream sends more packets than anybody can take")
            self._ready += self._reorder.expire(time.monotonic())
            if not self._ready and (said := await self._wait()) is not None:
                return said

    async def _wait(self) -> RtspReply | Interleaved | None:
        """Until a datagram is here, a gap has waited for long enough, or RTSP speaks."""
        if self._reader is None:
            self._reader = asyncio.create_task(self._connection.receive())
            self._reader.add_done_callback(lambda _: self._ports.woken.set())
        due = self._reorder.due_at_s
        left_s = None if due is None else max(0.0, due - time.monotonic())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left_s):
                await self._ports.woken.wait()
        self._ports.woken.clear()
        if self._ports.queue or not self._reader.done():
            return None
        reader, self._reader = self._reader, None
        return reader.result()

    def _take(self, datagram: Datagram) -> Interleaved | None:
        """Count a datagram; one of RTCP goes on at once, RTP waits for its turn."""
        arrived = datagram.arrived
        self._connection.tally.begin_receiving(len(arrived.payload))
        self._connection.tally.bytes_received += len(arrived.payload)
        if datagram.channel == RTCP:
            self._report_to = datagram.sender
            if self._reception is not None:
                self._reception.take_report(arrived.payload, at_s=arrived.at_s)
            return Interleaved(RTCP, arrived.payload)
        packet = read_packet(arrived.payload)
        if packet is None:
            return None
        if self._reception is None:
            self._reception = Reception(clock_hz=self._clock_hz, source=packet.source)
            self._report_at_s = arrived.at_s + _FIRST_REPORT_S
        if packet.source != self._reception.source:
            return None  # another stream on the same port: its numbers say nothing about this one
        self._reception.take(packet, at_s=arrived.at_s)
        self._ready += self._reorder.take(packet.sequence, arrived)
        if arrived.at_s >= self._report_at_s:  # servers end streams that nobody hears
            self._report_at_s = arrived.at_s + _REPORT_EVERY_S
            self._send_report(self._reception.report(now_s=arrived.at_s), datagram.sender)
        return None

    def _send_report(self, content: bytes, sender: Sender | None) -> None:
        """To where the camera's own reports come from, or beside where its packets come from."""
        to, stated = self._report_to, self._stated
        if to is None and sender is not None and stated is not None and sender[1] == stated[RTP]:
            beside = stated[RTCP]
            to = (sender[0], beside) if len(sender) == 2 else (sender[0], beside, *sender[2:])
        if to is not None:
            self._connection.tally.bytes_sent += len(content)
            self._ports.send(RTCP, content, to)

    def close(self) -> None:
        """Say goodbye and give the ports back."""
        if self._reception is not None:
            last = self._reception.report(now_s=time.monotonic()) + self._reception.farewell()
            self._send_report(last, None)
        self._ports.close()
        if self._reader is not None:
            if not self._reader.cancel() and not self._reader.cancelled():
                self._reader.exception()  # seen: the connection ended, and so does the watch
            self._reader = None
