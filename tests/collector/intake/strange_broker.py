"""A broker that misbehaves on purpose: it speaks just enough MQTT 3.1.1 to lead a client on."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CONNECT, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ = 1, 4, 8, 10, 12


def publish_packet(topic: bytes, payload: bytes, *, mid: int) -> bytes:
    """A PUBLISH at QoS 1 with whatever topic bytes are given."""
    body = struct.pack(">H", len(topic)) + topic + struct.pack(">H", mid) + payload
    return bytes([0x32]) + _length(len(body)) + body


def _length(number: int) -> bytes:
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(out)


class StrangeBroker:
    """Accepts every client; ``speaks`` False: it never answers anything after SUBACK."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._client: socket.socket | None = None
        self.speaks = True
        self.clients = 0
        self.acknowledged: set[int] = set()

    def serve(self) -> None:
        """Serve one client after the other until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def send(self, packet: bytes) -> None:
        """Push bytes to the newest client."""
        assert self._client is not None
        self._client.sendall(packet)

    def _talk(self, client: socket.socket) -> None:
        with suppress(OSError, struct.error, IndexError):
            while True:
                kind, body = _read(client)
                if kind == CONNECT:
                    client.sendall(b"\x20\x02\x00\x00")
                elif kind == SUBSCRIBE and (self.speaks or self._client is not client):
                    client.sendall(b"\x90\x03" + body[:2] + b"\x01")
                    self.clients += self._client is not client  # a heartbeat may be a SUBSCRIBE
                    self._client = client
                elif kind == PUBACK:
                    self.acknowledged.add(struct.unpack(">H", body)[0])
                elif kind == UNSUBSCRIBE and self.speaks:
                    client.sendall(b"\xb0\x02" + body[:2])
                elif kind == PINGREQ and self.speaks:
                    client.sendall(b"\xd0\x00")


def _read(client: socket.socket) -> tuple[int, bytes]:
    head = _exactly(client, 1)[0]
    length = shift = 0
    while True:
        digit = _exactly(client, 1)[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return head >> 4, _exactly(client, length)


def _exactly(client: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        part = client.recv(count - len(got))
        if not part:
            raise OSError("the client left")
        got += part
    return got


@contextmanager
def strange_broker() -> Iterator[tuple[StrangeBroker, int]]:
    """Run one on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broker = StrangeBroker(listener)
        thread = threading.Thread(target=broker.serve, daemon=True)
        thread.start()
        yield broker, listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
