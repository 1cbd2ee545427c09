"""What a TCP connection has carried, as the kernel counts it: TLS, MQTT and retransmissions too.

Linux tells it by ``getsockopt(TCP_INFO)`` (struct tcp_info of linux/tcp.h, append-only since
2.6). Where it does not, the caller counts payloads and adds :data:`OVERHEAD_BYTES` a message.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from dataclasses import dataclass
from typing import Final

_ASKED_BYTES: Final = 256
_COUNTERS: Final = struct.Struct("=QQII")  # bytes acked, bytes received, segments out and in
_COUNTERS_AT: Final = 120
_HEADERS: Final = {socket.AF_INET: 40, socket.AF_INET6: 60}  # of IP and TCP without options
_TIMESTAMPS: Final = 12  # the TCP option that Linux and most networks use on every segment
# PUBLISH or PUBACK in TLS with the acknowledgements of TCP: 221 bytes a message were computed for
# a PUBLISH and its PUBACK together.
OVERHEAD_BYTES: Final = 221


@dataclass(frozen=True, slots=True, kw_only=True)
class WireBytes:
    """What one connection has carried so far, headers included."""

    sent: int
    received: int


def wire_bytes(sock: socket.socket) -> WireBytes | None:
    """Bytes of an open connection with their headers; None when nobody counts."""
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ASKED_BYTES)
        family = sock.family
    except OSError:
        return None  # closed meanwhile
    if len(info) < _COUNTERS_AT + _COUNTERS.size:
        return None
    acked, received, out, into = _COUNTERS.unpack_from(info, _COUNTERS_AT)
    headers = _HEADERS.get(family, 60) + _TIMESTAMPS
    return WireBytes(sent=acked + out * headers, received=received + into * headers)


class Gauge:
    """Watches one connection by a duplicate of its descriptor, which outlives TLS and close."""

    def __init__(self) -> None:
        self._watched: socket.socket | None = None
        self._latest: WireBytes | None = None
        self._is_cut = False

    def watch(self, sock: socket.socket) -> None:
        """Begin, before TLS takes the socket over: a handshake that fails costs data too."""
        self._watched = socket.socket(fileno=os.dup(sock.fileno()))
        if self._is_cut:  # while it was still being made: it must not come to life behind us
            self.cut()

    def read(self) -> WireBytes | None:
        """The newest figure, also after the end; None before the first, or when nobody counts."""
        watched = self._watched
        if watched is not None:
            self._latest = wire_bytes(watched) or self._latest
        return self._latest

    def cut(self) -> None:
        """End the connection at once, whatever its thread is waiting for."""
        self._is_cut = True
        if self._watched is not None:
            with contextlib.suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Read once more and let the descriptor go."""
        self.read()
        watched, self._watched = self._watched, None
        if watched is not None:
            watched.close()
