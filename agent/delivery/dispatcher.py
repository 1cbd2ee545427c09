"""What is sent when: rows of the outbox by worth, again without a receipt, receipts applied."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.delivery import receipts
from agent.delivery.backoff import Backoff, Pause
from agent.delivery.database import Database, is_full
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.publisher import (
    Acknowledged,
    Arrived,
    Broker,
    Connected,
    Connection,
    Gone,
    Inbox,
    LinkEvent,
    Woken,
)
from agent.delivery.relief import relieve
from agent.delivery.retell import retell
from shared import topics, wire
from shared.command import SignedCommand
from shared.frame import FrameError, Lane, pack, unpack
from shared.health import Presence
from shared.receipt import Receipt

_LOG = logging.getLogger(__name__)
RESEND_AFTER: Final = timedelta(seconds=30)  # the design's table of defaults
# Rows in flight by lane; a fault never queues behind telemetry, and 16 chunks are 768 KiB.
WINDOWS: Final = {Lane.FAULT: 64, Lane.EVIDENCE: 16, Lane.HEALTH: 16, Lane.TELEMETRY: 16}
_TICK_S: Final = 1.0
_GOODBYE_S: Final = 2.0
_STUCK_S: Final = 90.0  # published, connected, and no PUBACK for so long: a dead half of a link


@dataclass(slots=True)
class Counts:
    """What happened since the start; for logs and tests."""

    connections: int = 0
    published: int = 0
    receipts: int = 0
    bad_messages: int = 0
    commands: int = 0


class Dispatcher:
    """Runs the delivery of one agent; :meth:`wake` after each commit that appended."""

    def __init__(
        self,
        *,
        agent_id: str,
        broker: Broker,
        database: Database,
        outbox: Outbox,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        on_connected: Callable[[], None] = lambda: None,
        on_command: Callable[[SignedCommand], None] = lambda _: None,
        on_receipt: Callable[[Receipt], None] = lambda _: None,
        resend_after: timedelta = RESEND_AFTER,
    ) -> None:
        """``jitter`` gives numbers in 0..1; ``on_*`` are called on the loop and must be quick.

        ``on_receipt`` is called inside the transaction that applies it.
        """
        self._agent_id = agent_id
        self._broker = broker
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._on_connected = on_connected
        self._on_command = on_command
        self._on_receipt = on_receipt
        self._resend_after = resend_after * (0.8 + 0.4 * jitter())
        self._backoff = Backoff(jitter=jitter)
        self._inbox: Inbox | None = None
        self._connection: Connection | None = None
        self._is_connected = False
        self._pause = Pause()
        self._unacknowledged: set[int] = set()
        self._progress_s = 0.0
        self._connected_s = 0.0
        self.counts = Counts()

    @property
    def is_connected(self) -> bool:
        """True while the broker holds us as connected."""
        return self._is_connected

    def wake(self) -> None:
        """Look into the outbox now instead of at the next tick."""
        if self._is_connected and self._inbox is not None:
            self._inbox.offer(Woken())

    async def run(self) -> None:
        """Deliver until cancelled; then say goodbye within two seconds."""
        with self._database.transaction():
            self._outbox.forget_sent()
        while True:
            reason = await self._one_connection()
            delay_s = self._backoff.next_delay_s()
            _LOG.warning(
                "broker %s:%d: %s; trying again in %.0f s",
                self._broker.host,
                self._broker.port,
                reason,
                delay_s,
            )
            await asyncio.sleep(delay_s)

    async def _one_connection(self) -> str:
        inbox = self._inbox = Inbox()
        connection = self._connection = Connection(
            self._broker,
            client_id=self._agent_id,
            will=(topics.presence(self._agent_id), self._presence(online=False, at=None)),
        )
        network = asyncio.create_task(connection.run(inbox))
        self._unacknowledged.clear()
        try:
            return await self._serve(connection, inbox, network)
        except asyncio.CancelledError:
            await self._say_goodbye(connection, inbox)
            raise
        finally:
            if self._is_connected:
                self._backoff.connection_ended(lasted_s=time.monotonic() - self._connected_s)
            self._is_connected = False
            connection.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await asyncio.shield(network)

    async def _serve(
        self, connection: Connection, inbox: Inbox, network: asyncio.Task[None]
    ) -> str:
        while True:
            event = await inbox.next(timeout_s=_TICK_S)
            if isinstance(event, Gone):
                return event.reason
            if network.done():
                error = network.exception()
                return "connection ended" if error is None else f"cannot connect: {error}"
            try:
                self._act_on(event, connection)
                if self._is_connected:
                    self._send_due(connection)
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                relieve(self._database, self._outbox)
            if self._is_stuck():
                return f"no PUBACK for {_STUCK_S:.0f} s"

    def _act_on(self, event: LinkEvent | None, connection: Connection) -> None:
        match event:
            case Connected():
                self._welcome(connection)
            case Acknowledged(mid):
                self._unacknowledged.discard(mid)
                self._progress_s = time.monotonic()
            case Arrived():
                self._receive(event)
                connection.acknowledge(event)
            case _:
                pass

    def _welcome(self, connection: Connection) -> None:
        self.counts.connections += 1
        self._is_connected = True
        self._progress_s = self._connected_s = time.monotonic()
        connection.subscribe([topics.receipt(self._agent_id), topics.command(self._agent_id)])
        online = self._presence(online=True, at=self._clock())
        connection.publish(topics.presence(self._agent_id), online, retain=True)
        _LOG.info("connected to broker %s:%d", self._broker.host, self._broker.port)
        self._on_connected()

    def _presence(self, *, online: bool, at: datetime | None) -> bytes:
        epoch = self._database.epoch()
        body = wire.encode(Presence(online, epoch, at))
        return pack(lane=Lane.PRESENCE, epoch=epoch, seq=0, body=body)

    def _receive(self, arrived: Arrived) -> None:
        """Act on a receipt or command; what cannot be read is counted and dropped."""
        if not arrived.topic.startswith(topics.down(self._agent_id)):
            return  # some brokers hand retained messages of others to a new session
        try:
            message = wire.decode_down(unpack(arrived.payload).body)
        except (FrameError, wire.WireError) as error:
            self.counts.bad_messages += 1
            _LOG.warning("a message on %s cannot be read: %s", arrived.topic, error)
            return
        if isinstance(message, Receipt) and arrived.topic == topics.receipt(self._agent_id):
            self._apply(message)
        elif isinstance(message, SignedCommand) and arrived.topic == topics.command(self._agent_id):
            self.counts.commands += 1
            self._on_command(message)
        else:
            self.counts.bad_messages += 1
            _LOG.warning("%s does not belong on %s", type(message).__name__, arrived.topic)

    def _apply(self, receipt: Receipt) -> None:
        with self._database.transaction():
            applied = receipts.apply(self._database, receipt, now=self._clock())
            if not applied.stale:
                self._on_receipt(receipt)
            if applied.refused:
                retell(self._database, self._outbox, now=self._clock())
        self.counts.receipts += 1
        self._backoff.reset()  # a connection is good once the far end answers
        self._pause.ask(receipt.retry_after_s, now_s=time.monotonic())
        if applied.new_generation:
            _LOG.warning(
                "the collector's store is a new one: %d kept rows are sent again", applied.requeued
            )
        for refused in receipt.refused:
            _LOG.warning("the collector put row %d in quarantine: %s", refused.seq, refused.reason)

    def _send_due(self, connection: Connection) -> None:
        """Publish what the windows and the collector's wish to wait allow, best lane first."""
        if self._pause.holds(time.monotonic()):
            return
        now = self._clock()
        for lane in STORED_LANES:
            room = WINDOWS[lane] - self._outbox.sent_rows(lane)
            if not self._outbox.has_due(lane, now=now, resend_after=self._resend_after, room=room):
                continue
            with self._database.transaction():
                rows = self._outbox.take_overdue(
                    lane, limit=WINDOWS[lane], now=now, resend_after=self._resend_after
                ) + self._outbox.take(lane, limit=max(0, room), now=now)
            for row in rows:
                mid = connection.publish(topics.up(self._agent_id, lane), row.frame)
                if mid is not None:
                    self.counts.published += 1
                    self._note_published(mid)

    def _note_published(self, mid: int) -> None:
        if not self._unacknowledged:
            self._progress_s = time.monotonic()
        self._unacknowledged.add(mid)

    def _is_stuck(self) -> bool:
        waited_s = time.monotonic() - self._progress_s
        return self._is_connected and bool(self._unacknowledged) and waited_s > _STUCK_S

    async def _say_goodbye(self, connection: Connection, inbox: Inbox) -> None:
        """Replace the retained presence; a clean disconnect sends no last will."""
        if not self._is_connected:
            return
        offline = self._presence(online=False, at=self._clock())
        mid = connection.publish(topics.presence(self._agent_id), offline, retain=True)
        deadline_s = time.monotonic() + _GOODBYE_S
        while mid is not None and (left_s := deadline_s - time.monotonic()) > 0:
            event = await inbox.next(timeout_s=left_s)
            if isinstance(event, Gone) or event == Acknowledged(mid):
                return
