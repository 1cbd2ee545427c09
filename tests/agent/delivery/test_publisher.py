"""Delivery over a real Mosquitto: receipts, poison, lost acknowledgements, presence."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from agent.delivery.backoff import CAP_S, Backoff
from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.publisher import Broker
from shared import topics, wire
from shared.frame import Lane, pack, unpack
from shared.health import Presence
from shared.identity import EventId
from shared.receipt import Receipt, ranges_of
from tests.agent.delivery.conftest import Mosquitto
from tests.agent.delivery.samples import message

AGENT = "agent-under-test"
pytestmark = pytest.mark.broker


def clock() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Collector:
    """The far end, as small as it can be: keeps frames, and receipts them when told to."""

    def __init__(self, port: int, *, answers: bool = True) -> None:
        self.answers = answers
        self.frames: list[bytes] = []
        self.presence: list[Presence] = []
        self.ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="collector")
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self.ready.set()
        self._client.on_message = self._receive
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self.ready.wait(10)

    def _subscribe(self, *_: object) -> None:
        self._client.subscribe(topics.all_up(), 1)

    def _receive(self, _client: object, _userdata: object, arrived: mqtt.MQTTMessage) -> None:
        frame = unpack(bytes(arrived.payload))
        if frame.header.lane == Lane.PRESENCE:
            decoded = wire.decode_up(frame.body, Lane.PRESENCE)
            assert isinstance(decoded, Presence)
            self.presence.append(decoded)
            return
        self.frames.append(bytes(arrived.payload))
        if self.answers:
            self.receipt(frame.header.seq)

    def receipt(self, *seqs: int) -> None:
        """Tell the agent that these rows are safe."""
        epoch = unpack(self.frames[0]).header.epoch
        body = wire.encode(Receipt(epoch, "g1", clock(), ranges_of(seqs)))
        framed = pack(lane=Lane.RECEIPT, epoch=epoch, seq=0, body=body)
        self._client.publish(topics.receipt(AGENT), framed, qos=1)

    def send(self, topic: str, payload: bytes) -> None:
        """Publish anything to the agent."""
        self._client.publish(topic, payload, qos=1).wait_for_publish(10)

    @property
    def seqs(self) -> list[int]:
        """Sequence numbers as they arrived, repeats included."""
        return [unpack(frame).header.seq for frame in self.frames]

    def close(self) -> None:
        """End the connection."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def collector(mosquitto: Mosquitto) -> Iterator[Collector]:
    """A collector that receipts everything."""
    far = Collector(mosquitto.port)
    yield far
    far.close()


def dispatcher_of(
    port: int, database: Database, outbox: Outbox, *, resend_s: float = 30.0
) -> Dispatcher:
    """A dispatcher against a broker on loopback."""
    return Dispatcher(
        agent_id=AGENT,
        broker=Broker(host="127.0.0.1", port=port),
        database=database,
        outbox=outbox,
        clock=clock,
        jitter=lambda: 0.0,
        resend_after=timedelta(seconds=resend_s),
    )


@contextlib.asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[None]:
    """Run delivery for the length of a block."""
    task = asyncio.create_task(dispatcher.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come; the test fails when it does not."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - paho's threads know no asyncio.Event
            await asyncio.sleep(0.02)


def append(database: Database, outbox: Outbox, lane: Lane, *, rows: int = 1) -> list[EventId]:
    """Append rows of a lane."""
    with database.transaction():
        return [outbox.append(message(lane, clock()), now=clock()) for _ in range(rows)]


def left(outbox: Outbox, lane: Lane) -> int:
    """Rows without a receipt."""
    depth = outbox.depth(lane)
    return depth.waiting_rows + depth.sent_rows


async def test_rows_arrive_and_receipts_settle_them(
    mosquitto: Mosquitto, collector: Collector, database: Database, outbox: Outbox
) -> None:
    """All lanes arrive, each row once, and a receipt ends its waiting."""
    for lane in (Lane.TELEMETRY, Lane.EVIDENCE, Lane.FAULT):
        append(database, outbox, lane, rows=40)
    async with running(dispatcher_of(mosquitto.port, database, outbox)):
        await until(lambda: not any(left(outbox, lane) for lane in STORED_LANES))

    assert sorted(collector.seqs) == list(range(1, 121))
    assert unpack(collector.frames[0]).header.lane == Lane.FAULT


async def test_a_puback_settles_nothing(
    mosquitto: Mosquitto, collector: Collector, database: Database, outbox: Outbox
) -> None:
    """What the broker acknowledged is sent again, the same bytes, until the collector speaks."""
    collector.answers = False
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(mosquitto.port, database, outbox, resend_s=0.2)):
        await until(lambda: len(collector.frames) >= 3)
        assert left(outbox, Lane.FAULT) == 1
        collector.receipt(1)
        await until(lambda: left(outbox, Lane.FAULT) == 0)

    assert len(set(collector.frames)) == 1


async def test_a_broker_killed_with_all_it_held_loses_nothing(
    mosquitto: Mosquitto, database: Database, outbox: Outbox
) -> None:
    """kill -9 of a broker without persistence, rows in flight: all arrive after its return."""
    deaf = Collector(mosquitto.port, answers=False)
    append(database, outbox, Lane.FAULT, rows=30)
    dispatcher = dispatcher_of(mosquitto.port, database, outbox, resend_s=0.3)
    async with running(dispatcher):
        await until(lambda: len(set(deaf.seqs)) == 30)
        mosquitto.kill()
        deaf.close()
        append(database, outbox, Lane.FAULT, rows=10)
        await until(lambda: not dispatcher.is_connected)
        mosquitto.start()
        hearing = Collector(mosquitto.port)
        await until(lambda: left(outbox, Lane.FAULT) == 0)
        hearing.close()

    assert dispatcher.counts.connections >= 2
    assert set(hearing.seqs) == set(range(1, 41))


async def test_poison_does_not_stop_delivery(
    mosquitto: Mosquitto, collector: Collector, database: Database, outbox: Outbox
) -> None:
    """Payloads that nobody can read are counted, and the next receipt still works."""
    epoch = database.epoch()
    wrong_place = pack(
        lane=Lane.PRESENCE, epoch=epoch, seq=0, body=wire.encode(Presence(True, epoch))
    )
    poison = [b"", b"\x00" * 300_000, b"PC" + b"\xff" * 40, wrong_place, b"\xc1" * 100]
    dispatcher = dispatcher_of(mosquitto.port, database, outbox)
    async with running(dispatcher):
        await until(lambda: dispatcher.is_connected)
        append(database, outbox, Lane.HEALTH)
        dispatcher.wake()
        await until(lambda: left(outbox, Lane.HEALTH) == 0)
        for payload in poison:
            await asyncio.to_thread(collector.send, topics.receipt(AGENT), payload)
            await asyncio.to_thread(collector.send, topics.command(AGENT), payload)
        await until(lambda: dispatcher.received.bad_messages == 2 * len(poison))
        append(database, outbox, Lane.HEALTH)
        dispatcher.wake()
        await until(lambda: left(outbox, Lane.HEALTH) == 0)

    assert collector.seqs == [1, 2]


async def test_presence_says_when_the_agent_leaves(
    mosquitto: Mosquitto, collector: Collector, database: Database, outbox: Outbox
) -> None:
    """Online when connected; offline, with a time, when it stops in good order."""
    dispatcher = dispatcher_of(mosquitto.port, database, outbox)
    async with running(dispatcher):
        await until(lambda: len(collector.presence) == 1)
    await until(lambda: len(collector.presence) == 2)

    online, offline = collector.presence
    assert (online.online, offline.online) == (True, False)
    assert offline.at is not None


async def test_no_broker_is_waited_for(
    mosquitto: Mosquitto, database: Database, outbox: Outbox
) -> None:
    """An agent that starts before its broker delivers once the broker is there."""
    mosquitto.kill()
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(mosquitto.port, database, outbox)):
        await asyncio.sleep(0.2)
        mosquitto.start()
        far = Collector(mosquitto.port)
        await until(lambda: left(outbox, Lane.FAULT) == 0)
        far.close()

    assert far.seqs == [1]


def test_delays_are_jittered_and_capped() -> None:
    """Equal jitter: at least half of a doubling ceiling, never over two minutes."""
    low, high = Backoff(jitter=lambda: 0.0), Backoff(jitter=lambda: 1.0)
    lows = [low.next_delay_s() for _ in range(12)]
    highs = [high.next_delay_s() for _ in range(12)]

    assert lows[:4] == [0.5, 1.0, 2.0, 4.0]
    assert highs[-1] == CAP_S
    assert all(high == 2 * low for low, high in zip(lows, highs, strict=True))


async def test_one_thread_writes_to_the_socket(
    mosquitto: Mosquitto,
    collector: Collector,
    database: Database,
    outbox: Outbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Publishing, acknowledging and closing hand over to the network's thread: TLS needs that."""
    del collector  # it only has to be there
    writers: set[str] = set()
    send = mqtt.Client._sock_send

    def spy(client: mqtt.Client, content: bytes) -> int:
        if client._client_id == AGENT.encode():
            writers.add(threading.current_thread().name)
        return send(client, content)

    monkeypatch.setattr(mqtt.Client, "_sock_send", spy)
    append(database, outbox, Lane.FAULT, rows=50)
    async with running(dispatcher_of(mosquitto.port, database, outbox)):
        await until(lambda: left(outbox, Lane.FAULT) == 0)

    assert writers == {"mqtt_0"}
