"""A pair of UDP ports of ours that hear one camera, and nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from agent.camera.port import CameraError, Cause
from agent.camera.rtsp.reorder import Arrived

RTP, RTCP = 0, 1
_TRIES: Final = 32
_FIRST_PORT, _LAST_PORT = 20_000, 59_998
_RECEIVE_BYTES: Final = 1024 * 1024  # what the kernel may hold for us while we are busy
_QUEUE_PACKETS: Final = 8192
Sender = tuple[str, int] | tuple[str, int, int, int]  # of IPv6 with flow and scope


@dataclass(frozen=True, slots=True)
class Datagram:
    """What came: on which of the two ports, and from which port of the camera."""

    channel: int
    arrived: Arrived
    sender: Sender


@dataclass(slots=True)
class _Port(asyncio.DatagramProtocol):
    channel: int
    pair: UdpPorts

    def datagram_received(self, data: bytes, addr: Sender) -> None:
        self.pair.take(Datagram(self.channel, Arrived(data, time.monotonic()), addr))

    def error_received(self, exc: Exception) -> None:
        """An ICMP refusal of a report: the server does not listen for them."""


@dataclass(slots=True)
class UdpPorts:
    """An even port for RTP and the next one for RTCP; ``camera`` is the one address heard."""

    camera: str
    queue: deque[Datagram] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_overrun: bool = False
    first: int = 0  # the port of RTP
    _open: list[asyncio.DatagramTransport] = field(default_factory=list)

    def take(self, datagram: Datagram) -> None:
        """Keep a datagram of the camera; one of anybody else is dropped unread."""
        if ipaddress.ip_address(datagram.sender[0]) != ipaddress.ip_address(self.camera):
            return
        if len(self.queue) >= _QUEUE_PACKETS:
            self.is_overrun = True
        else:
            self.queue.append(datagram)
        self.woken.set()

    async def open(self, *, own_host: str, scope: int) -> None:
        """Bind both on the address that RTSP speaks from; CameraError when no pair is free."""
        for _ in range(_TRIES):
            self.first = _FIRST_PORT + 2 * secrets.randbelow((_LAST_PORT - _FIRST_PORT) // 2)
            try:
                for channel in (RTP, RTCP):
                    await self._bind(own_host, scope, channel)
            except OSError:
                self.close()
            else:
                return
        raise CameraError(Cause.RTSP_NO_PACKET, "no pair of UDP ports is free on this host")

    async def _bind(self, host: str, scope: int, channel: int) -> None:
        is_six, port = ":" in host, self.first + channel
        sock = socket.socket(socket.AF_INET6 if is_six else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
            sock.bind((host, port, 0, scope) if is_six else (host, port))
        except OSError:
            sock.close()
            raise
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Port(channel, self), sock=sock
        )
        self._open.append(transport)

    def send(self, channel: int, content: bytes, to: Sender) -> None:
        """Send one datagram; that it does not leave is no error of the stream."""
        if self._open:
            with contextlib.suppress(OSError):
                self._open[channel].sendto(content, to)

    def close(self) -> None:
        """Give the ports back."""
        for transport in self._open:
            transport.close()
        self._open.clear()
