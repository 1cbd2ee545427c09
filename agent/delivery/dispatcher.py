"""What is sent when: rows of the outbox by worth, again without a receipt, within the data plan."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.backoff import Backoff, Pause
from agent.delivery.database import Database, is_full
from agent.delivery.link import (
    Acknowledged,
    Arrived,
    Connected,
    Gone,
    Inbox,
    Link,
    LinkEvent,
    OpenLink,
    Woken,
)
from agent.delivery.outbox import STORED_LANES, Outbox, Row
from agent.delivery.publisher import Broker, Connection
from agent.delivery.reception import Reception
from agent.delivery.relief import commit, relieve
from agent.delivery.uplink import Uplink
from agent.delivery.watchdog import Watchdog
from agent.uplink_budget import BULK, DataPlan, may_go
from shared import topics, wire
from shared.command import SignedCommand
from shared.frame import Lane, pack
from shared.health import Presence
from shared.receipt import Receipt

_LOG = logging.getLogger(__name__)
RESEND_AFTER: Final = timedelta(seconds=30)  # the design's table of defaults
# Rows in flight by lane; a fault never queues behind telemetry, and 16 chunks are 768 KiB.
WINDOWS: Final = {Lane.FAULT: 64, Lane.EVIDENCE: 16, Lane.HEALTH: 16, Lane.TELEMETRY: 16}
_EVIDENCE_WITHIN_A_PLAN: Final = 2  # so that a mode that ends soon is not overdrawn by much
# On a metered link these first go without a PUBACK, which costs 130 bytes and proves nothing: the
# receipt does. Sent again they ask for one, which tells a dead link from a dead collector.
_UNACKNOWLEDGED_LANES: Final = (Lane.HEALTH, Lane.TELEMETRY)
_TICK_S: Final = 1.0
_GOODBYE_S: Final = 2.0
_CLOSED_LOOK_S: Final = 30.0


@dataclass(slots=True)
class Counts:
    """What was sent since the start; for logs and tests."""

    connections: int = 0
    published: int = 0


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
        uplink: Uplink | None = None,
        open_link: OpenLink | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tick_s: float = _TICK_S,
    ) -> None:
        """``jitter`` gives numbers in 0..1; ``on_*`` are called on the loop and must be quick.

        ``sleep`` waits between connections, ``tick_s`` is how often the outbox is looked at.

        ``on_receipt`` is called inside the transaction that applies it.
        Without an ``uplink`` nothing limits what is sent; without ``open_link`` links are MQTT.
        """
        self._agent_id = agent_id
        self._broker = broker
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._on_connected = on_connected
        self._reception = Reception(
            agent_id=agent_id,
            database=database,
            outbox=outbox,
            clock=clock,
            on_command=on_command,
            on_receipt=on_receipt,
        )
        self._uplink = uplink or Uplink(DataPlan(), database=database, clock=clock)
        self._open_link = open_link or self._open_mqtt
        self._monotonic = monotonic
        self._sleep = sleep
        self._tick_s = tick_s
        self._resend_after = resend_after
        self._salt = int(jitter() * 2**20)  # spreads resends, row by row
        self._backoff = Backoff(jitter=jitter)
        self._inbox: Inbox | None = None
        self._link: Link | None = None
        self._is_connected = False
        self._pause = Pause()
        self._watchdog = self._new_watchdog()
        self._connected_s = 0.0
        self._may_be_deaf = True  # until something came down on this connection
        self.counts = Counts()
        self.received = self._reception.counts

    def _new_watchdog(self) -> Watchdog:
        return Watchdog(keepalive_s=self._broker.keepalive_s, now_s=self._monotonic())

    def _open_mqtt(self, will: tuple[str, bytes]) -> Link:
        return Connection(self._broker, client_id=self._agent_id, will=will)

    @property
    def link(self) -> Link | None:
        """The present link, or the last one; None before the first."""
        return self._link

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
        self._forget_sent()
        while True:
            await self._wait_for_the_plan()
            reason = await self._one_connection()
            if self._is_closed():
                continue
            delay_s = self._backoff.next_delay_s()
            _LOG.warning(
                "broker %s:%d: %s; trying again in %.0f s",
                self._broker.host,
                self._broker.port,
                reason,
                delay_s,
            )
            await self._sleep(delay_s)

    def _forget_sent(self) -> None:
        """On a full disk they stay as sent: they go again when they are overdue."""
        try:
            commit(self._database, self._outbox, self._outbox.forget_sent)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise

    async def _wait_for_the_plan(self) -> None:
        """Stay off the network while the data plan's cap is reached."""
        if not self._is_closed():
            return
        _LOG.warning("the data plan's cap is reached: nothing leaves before its next month")
        while self._is_closed():
            await self._sleep(_CLOSED_LOOK_S)

    def _is_closed(self) -> bool:
        health = self._outbox.depth(Lane.HEALTH)
        return self._uplink.is_closed(health_rows=health.waiting_rows + health.sent_rows)

    async def _one_connection(self) -> str:
        inbox = self._inbox = Inbox()
        will = (topics.presence(self._agent_id), self._presence(online=False, at=None))
        try:
            link = self._link = self._open_link(will)
        except (OSError, ValueError) as error:  # its files are read each time: one may be replaced
            return f"cannot use the TLS files: {error}"
        self._uplink.begin_link()
        network = asyncio.create_task(link.run(inbox))
        self._watchdog = self._new_watchdog()
        try:
            return await self._serve(link, inbox, network)
        except asyncio.CancelledError:
            await self._say_goodbye(link, inbox)
            raise
        finally:
            if self._is_connected:
                self._backoff.connection_ended(lasted_s=self._monotonic() - self._connected_s)
            self._is_connected = False
            link.close()
            await self._end(link, network)
            self._count_the_last_bytes(link)

    async def _end(self, link: Link, network: asyncio.Task[None]) -> None:
        """Wait for the network to end, but not for one that hangs: it is cut and left behind."""
        done, _ = await asyncio.wait({network}, timeout=_GOODBYE_S)
        if not done:
            link.cut()
        network.add_done_callback(_look_at)

    def _count_the_last_bytes(self, link: Link) -> None:
        try:
            self._uplink.note(link.carried())
            self._uplink.keep()
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            _LOG.error("the disk is full: what a link cost is counted later")

    async def _serve(self, link: Link, inbox: Inbox, network: asyncio.Task[None]) -> str:
        while True:
            event = await inbox.next(timeout_s=self._tick_s)
            if isinstance(event, Gone):
                return event.reason
            if network.done():
                error = network.exception()
                return "connection ended" if error is None else f"cannot connect: {error}"
            carried = link.carried()
            try:
                self._act_on(event, link)
                self._uplink.note(carried)
                if self._is_connected:
                    self._send_due(link)
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                relieve(self._database, self._outbox)
            if carried.received_bytes is not None:
                self._watchdog.heard(carried.received_bytes, self._monotonic())
            if complaint := self._watchdog.complaint(self._monotonic()):
                link.cut()
                return complaint
            if self._is_connected and self._is_closed():
                await self._say_goodbye(link, inbox)
                return "the data plan's cap is reached"

    def _act_on(self, event: LinkEvent | None, link: Link) -> None:
        match event:
            case Connected():
                self._welcome(link)
            case Acknowledged(mid):
                self._watchdog.acknowledged(mid, self._monotonic())
            case Arrived():
                try:
                    self._receive(event)
                finally:  # what the disk does not take comes again; the broker's window must not
                    link.acknowledge(event)  # fill meanwhile
            case _:
                pass

    def _receive(self, arrived: Arrived) -> None:
        self._may_be_deaf = False
        self._watchdog.progressed(self._monotonic())
        receipt = self._reception.take(arrived)
        if receipt is not None:
            self._backoff.reset()  # a connection is good once the far end answers
            self._pause.ask(receipt.retry_after_s, now_s=self._monotonic())

    def _welcome(self, link: Link) -> None:
        self.counts.connections += 1
        self._is_connected = True
        self._connected_s = self._monotonic()
        self._watchdog.connected(self._connected_s)
        self._subscribe(link)
        self._may_be_deaf = True
        online = self._presence(online=True, at=self._clock())
        mid = link.publish(topics.presence(self._agent_id), online, retain=True)
        if mid is not None:
            self._watchdog.published(mid, self._monotonic())
        if self._outbox.sent_rows(Lane.FAULT):
            with self._database.transaction():
                self._outbox.hurry(Lane.FAULT)
        _LOG.info("connected to broker %s:%d", self._broker.host, self._broker.port)
        self._on_connected()

    def _subscribe(self, link: Link) -> None:
        link.subscribe([topics.receipt(self._agent_id), topics.command(self._agent_id)])

    def _presence(self, *, online: bool, at: datetime | None) -> bytes:
        epoch = self._database.epoch()
        body = wire.encode(Presence(online, epoch, at))
        return pack(lane=Lane.PRESENCE, epoch=epoch, seq=0, body=body)

    def _send_due(self, link: Link) -> None:
        """Publish what windows, data plan and the collector's wish to wait allow, best first."""
        if self._pause.holds(self._monotonic()):
            return
        mode = self._uplink.mode()
        for lane in STORED_LANES:
            ranks = [rank for rank in (0, BULK) if may_go(mode, lane, rank=rank)]
            if ranks:
                for row in self._take_due(lane, most_rank=max(ranks)):
                    if row.is_again and self._may_be_deaf:  # a broker confirms a damaged filter
                        self._subscribe(link)
                        self._may_be_deaf = False  # once a connection: this costs data too
                    self._publish(row, link)

    def _take_due(self, lane: Lane, *, most_rank: int) -> tuple[Row, ...]:
        now, window = self._clock(), self._window(lane)
        # Large pieces that wait for the plan do not stand in the way of thumbnails.
        room = max(0, window - self._outbox.sent_rows(lane, most_rank=most_rank))
        wait, salt = self._resend_after, self._salt
        if not self._outbox.has_due(lane, now=now, resend_after=wait, room=room, salt=salt):
            return ()
        with self._database.transaction():
            again = self._outbox.take_overdue(
                lane, limit=window, now=now, resend_after=wait, most_rank=most_rank, salt=salt
            )
            rows = again + self._outbox.take(lane, limit=room, now=now, most_rank=most_rank)
        self._database.high_water.secure()  # a number that is seen outside is never used again
        return rows

    def _window(self, lane: Lane) -> int:
        if lane is Lane.EVIDENCE and self._uplink.plan.is_limited:
            return _EVIDENCE_WITHIN_A_PLAN
        return WINDOWS[lane]

    def _publish(self, row: Row, link: Link) -> None:
        wants_puback = (
            row.is_again or not self._uplink.is_metered or row.lane not in _UNACKNOWLEDGED_LANES
        )
        topic = topics.up(self._agent_id, row.lane)
        mid = link.publish(topic, row.frame, qos=int(wants_puback))
        if mid is None:
            return
        self.counts.published += 1
        self._pause.sent()
        if wants_puback:
            self._watchdog.published(mid, self._monotonic())

    async def _say_goodbye(self, link: Link, inbox: Inbox) -> None:
        """Replace the retained presence; a clean disconnect sends no last will."""
        if not self._is_connected:
            return
        offline = self._presence(online=False, at=self._clock())
        mid = link.publish(topics.presence(self._agent_id), offline, retain=True)
        deadline_s = self._monotonic() + _GOODBYE_S
        while mid is not None and (left_s := deadline_s - self._monotonic()) > 0:
            event = await inbox.next(timeout_s=left_s)
            if isinstance(event, Gone) or event == Acknowledged(mid):
                return


def _look_at(network: asyncio.Task[None]) -> None:
    """Take the outcome of an ended connection, so that asyncio does not complain of it."""
    if not network.cancelled():
        network.exception()
