"""paho with read-ahead on a real Mosquitto: nothing is left lying, acknowledgements hold."""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collector.intake.arrival import Arrival
from collector.intake.buffered_client import BufferedClient
from collector.intake.publications import PIECE_BYTES
from tests.collector.house import fault, frame_of
from tests.collector.mosquitto import WAIT_S, Peer, mosquitto

pytestmark = pytest.mark.broker


class Listener:
    """A kept session that notes which messages came."""

    def __init__(self, port: int) -> None:
        self.mids: list[int] = []
        self.is_subscribed = False
        self.client = BufferedClient(
            CallbackAPIVersion.VERSION2, client_id="reader", clean_session=False, manual_ack=True
        )
        self.client.on_connect = lambda client, *_: client.subscribe("preclaim/#", qos=1)
        self.client.on_subscribe = self._note_subscribed
        self.client.on_message = lambda _c, _d, message: self.mids.append(message.mid)
        self.client.on_publications = lambda found: self.mids.extend(one.mid for one in found)
        self.client.connect("127.0.0.1", port)
        self.pump(lambda: self.is_subscribed)

    def _note_subscribed(self, *_: object) -> None:
        self.is_subscribed = True

    def pump(self, done: Callable[[], bool]) -> None:
        """Drive the loop until done, or the time is over."""
        end = time.monotonic() + WAIT_S
        while not done() and time.monotonic() < end:
            ready, _, _ = select.select([self.client.socket()], [], [], 0.1)
            if ready:
                self.client.loop_read()
            self.client.loop_write()
            self.client.loop_misc()


def test_what_was_read_ahead_arrives_and_is_acknowledged_at_once(tmp_path: Path) -> None:
    """Many packets in one piece come one by one; acknowledged in one piece they never return."""
    with mosquitto(tmp_path) as port:
        first = Listener(port)
        peer = Peer(port)
        peer.publish(*(frame_of(fault(), seq=seq) for seq in range(1, 15)))
        first.pump(lambda: len(first.mids) >= 14)
        assert len(first.mids) == 14
        first.client.ack_all(first.mids)
        first.client.disconnect()

        peer.publish(frame_of(fault(), seq=99))
        second = Listener(port)
        second.pump(lambda: len(second.mids) >= 1)
        assert len(second.mids) == 1
        second.client.disconnect()
        peer.close()


def test_a_packet_longer_than_a_piece_comes_between_the_others(tmp_path: Path) -> None:
    """paho reads what is too long for the buffer, and not a byte of what stands behind it."""
    with mosquitto(tmp_path) as port:
        listener = Listener(port)
        peer = Peer(port)
        topic = frame_of(fault(), seq=1).topic
        sizes = [10, 3 * PIECE_BYTES, 20, 2 * PIECE_BYTES, 30]
        peer.publish(*(Arrival(topic, bytes(size)) for size in sizes))
        listener.pump(lambda: len(listener.mids) >= len(sizes))
        assert listener.mids == sorted(listener.mids)
        assert len(listener.mids) == len(sizes)
        listener.client.disconnect()
        peer.close()
