"""What a TCP connection has carried, as the kernel counts it: TLS, MQTT and retransmissions too.

Linux tells it by ``getsockopt(TCP_INFO)`` (struct tcp_info of linux/tcp.h, append-only since
2.6). Where it does not, the caller counts payloads and adds :data:`OVERHEAD_BYTES` a message.
"""

from __future__ import annotations

import socket
import struct
from typing import Final

_ASKED_BYTES: Final = 256
_COUNTERS: Final = struct.Struct("=QQII")  # bytes acked, bytes received, segments out and in
_COUNTERS_AT: Final = 120
_HEADERS: Final = {socket.AF_INET: 40, socket.AF_INET6: 60}  # of IP and TCP without options
_TIMESTAMPS: Final = 12  # the TCP option that Linux and most networks use on every segment
# PUBLISH or PUBACK in TLS with the acknowledgements of TCP: 221 bytes a message were computed for
# a PUBLISH and its PUBACK together.
OVERHEAD_BYTES: Final = 221


def bytes_carried(sock: socket.socket) -> int | None:
    """Bytes of the connection in both directions with their headers; None when nobody counts."""
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ASKED_BYTES)
        family = sock.family
    except OSError:
        return None  # closed meanwhile
    if len(info) < _COUNTERS_AT + _COUNTERS.size:
        return None
    acked, received, out, into = _COUNTERS.unpack_from(info, _COUNTERS_AT)
    headers = _HEADERS.get(family, 60) + _TIMESTAMPS
    return int(acked + received + (out + into) * headers)
