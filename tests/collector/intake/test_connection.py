"""The subscriber under a hostile or busy broker: it cannot die, wedge or grow."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.intake import connection, subscriber
from collector.intake.backlog import Backlog
from collector.intake.publications import PIECE_BYTES
from collector.intake.subscriber import Subscriber
from collector.intake.worker import Worker
from collector.settings import BrokerSettings
from collector.store import engine as store_engine
from collector.store import tables
from shared import topics
from shared.frame import Lane
from shared.health import DeviceReadings, Telemetry
from tests.collector.house import NOON, House, fault, frame_of
from tests.collector.intake.strange_broker import publish_packet, strange_broker
from tests.collector.mosquitto import WAIT_S, Peer, mosquitto


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    (tmp_path / "collector").mkdir()
    made = House(tmp_path / "collector")
    yield made
    made.engine.dispose()


def listen(house: House, port: int, backlog: Backlog | None = None) -> Subscriber:
    """A subscriber on this port."""
    made = Subscriber(
        BrokerSettings(port=port),
        engine=house.engine,
        room=house.room,
        clock=lambda: house.now,
        backlog=backlog,
    )
    made.start()
    wait_until(lambda: made.listening_since() is not None)
    return made


def wait_until(done: Callable[[], bool]) -> None:
    """Wait until it is so; fails after the time that everything here must take."""
    until = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < until, "it never came to it"
        time.sleep(0.02)


def test_a_topic_that_is_no_text_stops_nothing(house: House) -> None:
    """paho raises when such a topic is looked at; here it is quarantined, the next one passes."""
    good = frame_of(fault(), seq=1)
    with strange_broker() as (broker, port):
        made = listen(house, port)
        broker.send(publish_packet(b"\xff\xfe", good.payload, mid=1))
        broker.send(publish_packet(good.topic.encode(), good.payload, mid=2))
        wait_until(lambda: broker.acknowledged == {1, 2})
        assert made.connections() == 1
        made.stop()
    assert [row["reason"] for row in house.rows(tables.quarantine)] == ["topic.invalid"]
    assert house.count(tables.episode) == 1


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x32\x03\xff\xff\x00", id="topic longer than the packet"),
        pytest.param(b"\xf0\x00", id="no packet of MQTT"),
        pytest.param(b"\x32\xff\xff\xff\xff\xff\xff", id="length without end"),
        pytest.param(b"\x90\x00", id="empty answer"),
    ],
)
def test_a_packet_that_is_none_ends_one_connection(house: House, packet: bytes) -> None:
    """The connection goes, another comes, and a row that follows is stored."""
    good = frame_of(fault(), seq=1)
    with strange_broker() as (broker, port):
        made = listen(house, port)
        broker.send(packet)
        wait_until(lambda: broker.clients == 2)
        broker.send(publish_packet(good.topic.encode(), good.payload, mid=7))
        wait_until(lambda: broker.acknowledged == {7})
        assert made.is_alive()
        made.stop()
    assert house.count(tables.episode) == 1


def test_a_broker_that_says_nothing_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connected and deaf: the watchdog sees no progress, takes a new client, and says so."""
    monkeypatch.setattr(connection, "HEARTBEAT_S", 0.2)
    monkeypatch.setattr(subscriber, "STUCK_S", 3.0)
    monkeypatch.setattr(subscriber, "LOST_S", 0.1)
    with strange_broker() as (broker, port):
        made = listen(house, port)
        time.sleep(4.0)
        assert made.connections() == 1, "a broker that answers heartbeats was left"
        broker.speaks = False
        wait_until(lambda: "not a word" in made.trouble())
        assert made.listening_since() is None
        broker.speaks = True
        wait_until(lambda: made.listening_since() is not None)
        assert made.trouble() == ""
        made.stop()


@pytest.mark.broker
@pytest.mark.store("sqlite")  # another process holds its lock
def test_a_full_backlog_stops_reading_and_loses_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a broker that sends without a window, memory stays bounded while the store is locked,
    the connection is given up after the pause, and every row arrives in the end.

    What one read of the socket brings may lie beyond the bound: after the pause the broker sends
    all again at once, so that piece may be a full one.
    """
    monkeypatch.setattr(store_engine, "BUSY_MS", 50)
    monkeypatch.setattr(connection, "PAUSE_S", 0.5)
    house.engine.dispose()
    text = (
        "listener {port} 127.0.0.1\nallow_anonymous true\n"
        "max_inflight_messages 0\nmax_queued_messages 0\n"
    )
    other = sqlite3.connect(tmp_path / "collector" / "collector.db", isolation_level=None)
    frames = [frame_of(fault(), seq=seq) for seq in range(1, 1501)]
    piece = PIECE_BYTES // min(len(frame.topic) + len(frame.payload) for frame in frames) + 1
    backlog = Backlog(max_frames=40, max_bytes=10**6)
    highest = 0.0
    with mosquitto(tmp_path, text) as port:
        made = listen(house, port, backlog)
        peer = Peer(port)
        other.execute("BEGIN EXCLUSIVE")
        peer.publish(*frames)
        wait_until(lambda: made.connections() > 1 or backlog.fill >= 1)
        for _ in range(100):
            highest = max(highest, backlog.fill)
            time.sleep(0.02)
        assert made.listening_since() is None
        other.execute("ROLLBACK")
        wait_until(lambda: made.counts().stored == len(frames))
        seqs = set(range(1, len(frames) + 1))
        assert peer.receipted(seqs=seqs) == seqs
        assert 40 <= round(highest * 40) <= 40 + piece < len(frames) / 2
        made.stop()
        peer.close()
    other.close()


@pytest.mark.broker
@pytest.mark.store("sqlite")  # another process holds its lock
def test_agents_are_asked_to_wait_while_nothing_can_be_stored(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receipts without rows, with a bounded wait; once the store is well, receipts ask nothing."""
    monkeypatch.setattr(store_engine, "BUSY_MS", 50)
    house.engine.dispose()
    other = sqlite3.connect(tmp_path / "collector" / "collector.db", isolation_level=None)
    with mosquitto(tmp_path) as port:
        made = listen(house, port)
        peer = Peer(port)
        peer.publish(frame_of(fault(), seq=1))
        first = peer.receipts.get(timeout=WAIT_S)
        other.execute("BEGIN EXCLUSIVE")
        peer.publish(*(frame_of(fault(), seq=seq) for seq in range(2, 9)))
        asked = peer.receipts.get(timeout=WAIT_S)
        other.execute("ROLLBACK")
        assert (asked.ranges, asked.refused, asked.generation) == ((), (), first.generation)
        assert 5.0 <= asked.retry_after_s <= 60.0
        last = peer.receipts.get(timeout=WAIT_S)
        while not last.ranges:
            last = peer.receipts.get(timeout=WAIT_S)
        assert (first.retry_after_s, last.retry_after_s) == (0.0, 0.0)
        made.stop()
        peer.close()
    other.close()


@pytest.mark.broker
def test_batches_grow_beyond_the_broker_s_window(house: House, tmp_path: Path) -> None:
    """With Mosquitto's default window of 20, telemetry that piled up is stored in larger batches,
    and every row has its receipt."""
    text = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
    with mosquitto(tmp_path, text) as port:
        listen(house, port).stop()
        peer = Peer(port)
        rows = [
            frame_of(Telemetry(NOON, (DeviceReadings("gate", ()),)), seq=seq)
            for seq in range(1, 401)
        ]
        assert rows[0].topic == topics.up("agent-farm", Lane.TELEMETRY)
        peer.publish(*rows)
        made = listen(house, port)
        assert peer.receipted(seqs=set(range(1, 401))) == set(range(1, 401))
        assert worker_of(made).largest_batch > 20
        made.stop()
        peer.close()


def worker_of(made: Subscriber) -> Worker:
    """The worker with its counts."""
    return made._work
