"""paho with read-ahead on a bare socket, where a test says what arrives in which piece."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from collector.intake.buffered_client import BufferedClient
from collector.intake.publications import Publication
from tests.collector.intake.strange_broker import publish_packet

CONNACK = b"\x20\x02\x00\x00"
PINGRESP = b"\xd0\x00"
WAIT_S = 10.0


class Wire:
    """A connected client and the broker's end of its socket."""

    def __init__(self, broker: socket.socket, client: BufferedClient) -> None:
        self._broker, self.client = broker, client
        self.found: list[Publication] = []
        self.by_paho: list[int] = []
        client.on_publications = self.found.extend
        client.on_message = lambda _c, _d, message: self.by_paho.append(message.mid)

    def bring(self, piece: bytes) -> MQTTErrorCode:
        """Have a piece arrive, and the client read it."""
        self._broker.sendall(piece)
        return self.read()

    def read(self) -> MQTTErrorCode:
        """Have the client read what there is."""
        sock = self.client.socket()
        assert sock is not None
        assert select.select([sock.fileno()], [], [], WAIT_S)[0]
        return self.client.loop_read()

    def end(self) -> None:
        """Close the broker's end."""
        self._broker.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Connected, CONNACK read."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        client = BufferedClient(
            CallbackAPIVersion.VERSION2, client_id="reader", clean_session=False, manual_ack=True
        )
        client.connect("127.0.0.1", listener.getsockname()[1])
        broker, _ = listener.accept()
        with closing(broker):
            connected = Wire(broker, client)
            connected.bring(CONNACK)
            yield connected
            client.disconnect()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_packet_that_ends_in_the_next_piece_is_whole(wire: Wire, size: int) -> None:
    """What is left of a piece stands before the next one; other packets between change nothing."""
    sent = [Publication(b"t", bytes([mid]) * 40, mid, 1) for mid in range(1, 8)]
    packets = [publish_packet(one.topic, one.payload, mid=one.mid) for one in sent]
    stream = PINGRESP.join(packets)
    for at in range(0, len(stream), size):
        assert wire.bring(stream[at : at + size]) == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert wire.found == sent


def test_paho_reads_its_own_packet_and_no_more(wire: Wire) -> None:
    """With messages under way paho would read several packets: all but the first are ours."""
    for _ in range(3):
        wire.client.publish("receipt", b"r", qos=1)
    sent = [Publication(b"t", b"hello", mid, 1) for mid in (1, 2)]
    packets = [publish_packet(one.topic, one.payload, mid=one.mid) for one in sent]
    wire.bring(PINGRESP + b"".join(packets))
    assert (wire.found, wire.by_paho) == (sent, [])


def test_the_end_of_the_stream_ends_the_connection(wire: Wire) -> None:
    """What was whole before it is given out; half a packet is nobody's."""
    whole = publish_packet(b"t", b"hello", mid=1)
    wire.bring(whole + whole[:5])
    wire.end()
    assert wire.read() != MQTTErrorCode.MQTT_ERR_SUCCESS
    assert wire.client.socket() is None
    assert wire.found == [Publication(b"t", b"hello", 1, 1)]
