"""MQTT 3.1.1 by hand over one socket: enough to publish fast and to read without a library.

Not for the product: no reconnect, no keep-alive, no TLS. It shows what the library costs.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

CONNACK: Final = 0x20
PUBLISH: Final = 0x30
PUBACK: Final = 0x40
SUBACK: Final = 0x90
_RECEIVE: Final = 256 * 1024


class Publish(NamedTuple):
    """A publication that came."""

    mid: int
    topic: bytes
    payload: bytes


def connect(port: int, client_id: str, *, clean: bool) -> socket.socket:
    """Connect and wait for the broker's yes."""
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = b"\x00\x04MQTT\x04" + bytes([2 if clean else 0]) + b"\x00\x00" + _text(client_id)
    link.sendall(b"\x10" + _length(len(body)) + body)
    answer = link.recv(4)
    if len(answer) != 4 or answer[0] != CONNACK or answer[3] != 0:
        raise RuntimeError(f"the broker refused {client_id}: {answer.hex()}")
    return link


def subscribe(link: socket.socket, topic: str) -> None:
    """Subscribe with QoS 1 and wait for the answer."""
    body = b"\x00\x01" + _text(topic) + b"\x01"
    link.sendall(b"\x82" + _length(len(body)) + body)
    answer = link.recv(5)
    if answer[0] != SUBACK or answer[4] > 1:
        raise RuntimeError(f"the broker refused the subscription: {answer.hex()}")


def publication(topic: str, payload: bytes, *, mid: int) -> bytes:
    """A PUBLISH of QoS 1."""
    body = _text(topic) + struct.pack(">H", mid) + payload
    return b"\x32" + _length(len(body)) + body


def acks(mids: list[int]) -> bytes:
    """A PUBACK for each."""
    return b"".join([struct.pack(">BBH", PUBACK, 2, mid) for mid in mids])


def read(link: socket.socket) -> Iterator[list[Publish]]:
    """Publications, as many at once as one read of the socket brought."""
    waiting = b""
    while True:
        chunk = link.recv(_RECEIVE)
        if not chunk:
            return
        data = waiting + chunk
        found: list[Publish] = []
        place = 0
        while (end := _end_of(data, place)) is not None:
            start, stop = end
            if data[place] & 0xF0 == PUBLISH:
                size = data[start] << 8 | data[start + 1]
                after = start + 2 + size
                mid = data[after] << 8 | data[after + 1]
                found.append(Publish(mid, data[start + 2 : after], data[after + 2 : stop]))
            place = stop
        waiting = data[place:]
        if found:
            yield found


def _end_of(data: bytes, place: int) -> tuple[int, int] | None:
    """Where the packet's body begins and ends; None when it is not all there."""
    length = shift = 0
    at = place + 1
    while at < len(data):
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (at, at + length) if at + length <= len(data) else None
        shift += 7
    return None


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(length: int) -> bytes:
    made = bytearray()
    while True:
        length, byte = divmod(length, 128)
        made.append(byte | (0x80 if length else 0))
        if not length:
            return bytes(made)
