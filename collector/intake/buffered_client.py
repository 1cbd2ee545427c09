"""paho that reads its socket in large pieces and acknowledges many messages at once.

paho asks the kernel for one byte, then for the length, then for the rest: three calls a packet,
and at each of them the interpreter's lock goes to the thread that stores, for up to 5 ms; and it
takes 30 µs to take one message apart. Here plain messages of a piece are given out in one list,
and paho sees the other packets only. Each acknowledgement is a call of its own again. This reaches
into two private methods of paho 2, ``_sock_recv`` and ``_packet_queue``: the tests fail when an
update takes them away.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from collector.intake.publications import PIECE_BYTES, Publication, read_piece

_PUBACK: Final = struct.Struct(">BBH")
_PUBACK_TYPE: Final = 0x40


class BufferedClient(mqtt.Client):
    """For one connection; ``on_publications`` gets what is plain, ``on_message`` the rest."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """The same arguments as paho's client."""
        self.on_publications: Callable[[list[Publication]], None] = lambda _: None
        self._ahead = b""
        self._place = 0
        self._for_paho = 0  # bytes of the packet that paho is to read, or is reading
        super().__init__(*arguments, **named)

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read the socket once and give out all that is whole."""
        if not self._for_paho and not self._receive():
            return mqtt.MQTT_ERR_SUCCESS
        while True:
            if self._for_paho:
                result = super().loop_read(max_packets)
                if result != mqtt.MQTT_ERR_SUCCESS or self._for_paho:
                    return result
            found, self._place, self._for_paho = read_piece(self._ahead, self._place)
            if found:
                self.on_publications(found)
            if not self._for_paho:
                return mqtt.MQTT_ERR_SUCCESS

    def _receive(self) -> bool:
        """Put what the socket has behind what is left; False when it has nothing."""
        try:
            more = super()._sock_recv(PIECE_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            more = b""
        if more:
            self._ahead = self._ahead[self._place :] + more
        else:  # the end: paho reads it again, and ends the connection in its own way
            self._ahead, self._for_paho = b"", 1
        self._place = 0
        return True

    def _sock_recv(self, bufsize: int) -> bytes:
        """What paho reads: the packet that is meant for it, and not a byte more."""
        if not self._for_paho:
            raise BlockingIOError
        if self._place >= len(self._ahead):
            self._ahead = super()._sock_recv(max(bufsize, PIECE_BYTES))
            self._place = 0
        piece = self._ahead[self._place : self._place + min(bufsize, self._for_paho)]
        self._place += len(piece)
        self._for_paho -= len(piece)
        return piece

    def ack_all(self, mids: Sequence[int]) -> None:
        """Acknowledge messages of QoS 1, in one piece."""
        if mids:
            packets = b"".join([_PUBACK.pack(_PUBACK_TYPE, 2, mid) for mid in mids])
            self._packet_queue(_PUBACK_TYPE, packets, mids[-1], 1)
