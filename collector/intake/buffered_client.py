"""paho that reads its socket in large pieces and acknowledges many messages at once.

paho asks the kernel for one byte, then for the length, then for the rest: three calls a packet,
and at each of them the interpreter's lock goes to the thread that stores, for up to 5 ms. Each
acknowledgement is a call of its own again. This reaches into two private methods of paho 2,
``_sock_recv`` and ``_packet_queue``: the tests fail when an update takes them away.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

import paho.mqtt.client as mqtt

_PIECE_BYTES: Final = 128 * 1024
_PUBACK: Final = struct.Struct(">BBH")
_PUBACK_TYPE: Final = 0x40


class BufferedClient(mqtt.Client):
    """For one connection; who waits for the socket asks ``has_read_ahead`` first."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """The same arguments as paho's client."""
        self._ahead = b""
        self._place = 0
        super().__init__(*arguments, **named)

    @property
    def has_read_ahead(self) -> bool:
        """True when ``loop_read`` finds something without the socket."""
        return self._place < len(self._ahead)

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.has_read_ahead:
            self._ahead = super()._sock_recv(max(bufsize, _PIECE_BYTES))
            self._place = 0
        piece = self._ahead[self._place : self._place + bufsize]
        self._place += len(piece)
        return piece

    def ack_all(self, mids: Sequence[int]) -> None:
        """Acknowledge messages of QoS 1, in one piece."""
        if mids:
            packets = b"".join([_PUBACK.pack(_PUBACK_TYPE, 2, mid) for mid in mids])
            self._packet_queue(_PUBACK_TYPE, packets, mids[-1], 1)
