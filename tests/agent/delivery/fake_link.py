"""A broker in memory behind the dispatcher's port, and a clock that a test turns by hand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.link import Acknowledged, Arrived, Carried, Connected, Gone, Inbox
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.delivery.uplink import Uplink
from shared import topics, wire
from shared.frame import Lane, pack, unpack
from shared.receipt import Receipt, ranges_of
from tests.agent.delivery.conftest import NOON

AGENT = "agent-under-test"


@dataclass(slots=True)
class HandClock:
    """Wall and monotonic time that move only when told to."""

    seconds: float = 0.0

    def now(self) -> datetime:
        """The wall clock."""
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Waiting is instant: the clock is what moves."""
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass(slots=True)
class FakeBroker:
    """What broker and collector do, switched while a test runs, and what reached them."""

    clock: HandClock
    refuses: int = 0  # connections to refuse
    lets_in: bool = True  # sends CONNACK
    pubacks: bool = True
    receipts: bool = True
    pings: bool = True  # bytes come back
    duplicates: int = 1  # receipts for each row
    drop_every: int = 0  # each n-th row vanishes, PUBACKed or not
    drops: frozenset[int] = frozenset()  # rows that vanish each time, PUBACKed or not
    reorder: bool = False  # receipts of a batch come last row first
    retry_after_s: float = 0.0
    links: list[FakeLink] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)  # rows as they arrived
    frames: dict[int, set[bytes]] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)  # reordered receipts that wait
    lanes: list[Lane] = field(default_factory=list)
    qos: list[int] = field(default_factory=list)  # beside ``lanes``

    def connect(self, will: tuple[str, bytes]) -> FakeLink:
        """A new connection to this broker."""
        del will
        link = FakeLink(self)
        self.links.append(link)
        return link

    @property
    def live(self) -> FakeLink:
        """The newest connection."""
        return self.links[-1]


class FakeLink:
    """One connection of the fake broker."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker
        self._inbox: Inbox | None = None
        self._mid = 0
        self._over = asyncio.Event()
        self.is_cut = False
        self.acknowledged: list[int] = []
        self._received = 0

    async def run(self, inbox: Inbox) -> None:
        """Connected at once, refused, or let hang."""
        if self._broker.refuses > 0:
            self._broker.refuses -= 1
            raise ConnectionRefusedError("refused")
        self._inbox = inbox
        if self._broker.lets_in:
            inbox.offer(Connected(session_present=False))
        await self._over.wait()

    def subscribe(self, topics: Sequence[str]) -> None:
        """Nothing to keep: a test delivers by hand."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        """Take a row as the switches say."""
        del topic, retain
        self._mid += 1
        frame = unpack(payload)
        lane = Lane(frame.header.lane)
        if self._broker.pubacks and qos:
            self.hand(Acknowledged(self._mid))
        if lane is not Lane.PRESENCE:
            self._broker.qos.append(qos)
            self._take(frame.header.seq, lane, payload)
        return self._mid

    def _take(self, seq: int, lane: Lane, payload: bytes) -> None:
        broker = self._broker
        broker.seqs.append(seq)
        broker.lanes.append(lane)
        broker.frames.setdefault(seq, set()).add(payload)
        if broker.drop_every and len(broker.seqs) % broker.drop_every == 0:
            return
        if not broker.receipts or seq in broker.drops:
            return
        if broker.reorder:
            broker.held.append(seq)
            if len(broker.held) < 3:
                return
            for late in reversed(broker.held):
                self.receipt(late)
            broker.held.clear()
            return
        for _ in range(broker.duplicates):
            self.receipt(seq)

    def receipt(self, *seqs: int, retry_after_s: float | None = None) -> None:
        """The collector's word on these rows."""
        epoch = unpack(next(iter(self._broker.frames[seqs[0]]))).header.epoch
        wait_s = self._broker.retry_after_s if retry_after_s is None else retry_after_s
        body = wire.encode(
            Receipt(epoch, "g1", self._broker.clock.now(), ranges_of(seqs), (), wait_s)
        )
        self.deliver(topics.receipt(AGENT), pack(lane=Lane.RECEIPT, epoch=epoch, seq=0, body=body))

    def deliver(self, topic: str, payload: bytes) -> None:
        """Any message to the agent."""
        self._received += len(payload)
        self.hand(Arrived(topic, payload, 1000 + self._received, 1))

    def hand(self, event: Acknowledged | Arrived | Gone) -> None:
        """An event out of the network."""
        if self._inbox is not None:
            self._inbox.offer(event)

    def acknowledge(self, arrived: Arrived) -> None:
        """The agent has acted on a message."""
        self.acknowledged.append(arrived.mid)

    def carried(self) -> Carried:
        """Grows with time while pings come back."""
        if self._broker.pings:
            self._received = max(self._received, int(self._broker.clock.seconds))
        count = 100 * self._mid + self._received
        return Carried(bytes=count, is_measured=True, received_bytes=self._received)

    def close(self) -> None:
        """End."""
        self._over.set()

    def cut(self) -> None:
        """End at once."""
        self.is_cut = True
        self._over.set()


def dispatcher_of(
    broker: FakeBroker, database: Database, outbox: Outbox, *, uplink: Uplink | None = None
) -> Dispatcher:
    """A dispatcher on the fake broker and the hand-turned clock."""
    return Dispatcher(
        agent_id=AGENT,
        broker=Broker(host="fake", keepalive_s=60),
        database=database,
        outbox=outbox,
        clock=broker.clock.now,
        jitter=lambda: 0.5,
        open_link=broker.connect,
        monotonic=broker.clock.monotonic,
        sleep=broker.clock.sleep,
        tick_s=0.001,
        uplink=uplink,
    )


@contextlib.asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[asyncio.Task[None]]:
    """Run delivery for the length of a block."""
    task = asyncio.create_task(dispatcher.run())
    try:
        yield task
    finally:
        while not task.done():  # without a PUBACK a goodbye waits by a clock that stands still
            task.cancel()
            await asyncio.wait({task}, timeout=2)
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come; the test fails when it does not."""
    async with asyncio.timeout(60):  # far less is needed, by a machine that has no other work
        while not condition():  # noqa: ASYNC110 - the conditions are plain facts, not events
            await asyncio.sleep(0.001)


async def ticks(count: int = 10) -> None:
    """Let the dispatcher look around so many times."""
    for _ in range(count):
        await asyncio.sleep(0.002)
