"""The life of the connection to the broker: made, watched, ended, and made again."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.attendance import GOODBYE_S, Attendance
from agent.delivery.backoff import Backoff
from agent.delivery.damage import is_full
from agent.delivery.database import Database
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
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker, Connection
from agent.delivery.reception import Reception
from agent.delivery.recess import Recess
from agent.delivery.relief import commit, relieve
from agent.delivery.sending import RESEND_AFTER, Sending
from agent.delivery.uplink import Uplink
from agent.delivery.watchdog import Watchdog
from agent.uplink_budget import DataPlan
from shared.command import SignedCommand
from shared.frame import Lane
from shared.receipt import Receipt

_LOG = logging.getLogger(__name__)
_TICK_S: Final = 1.0
_CLOSED_LOOK_S: Final = 30.0


@dataclass(slots=True)
class Counts:
    """What happened since the start; for logs and tests."""

    connections: int = 0


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
        self._attendance = Attendance(agent_id, database=database, clock=clock, monotonic=monotonic)
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
        self._sending = Sending(
            agent_id=agent_id,
            database=database,
            outbox=outbox,
            uplink=self._uplink,
            clock=clock,
            monotonic=monotonic,
            resend_after=resend_after,
            salt=int(jitter() * 2**20),
        )
        self._backoff = Backoff(jitter=jitter)
        self._recess = Recess(lambda: outbox.newest_waiting(Lane.FAULT))
        self._inbox: Inbox | None = None
        self._link: Link | None = None
        self._is_connected = False
        self._watchdog = self._new_watchdog()
        self._connected_s = 0.0
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
    def published(self) -> int:
        """Rows handed to links since the start, resends included."""
        return self._sending.published

    @property
    def is_connected(self) -> bool:
        """True while the broker holds us as connected."""
        return self._is_connected

    def wake(self) -> None:
        """Look into the outbox now instead of at the next tick or the next connection."""
        self._recess.look()
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
            delay_s = self._backoff.next_delay_s(is_paid=self._uplink.is_paid)
            _LOG.warning(
                "broker %s:%d: %s; trying again in %.0f s",
                self._broker.host,
                self._broker.port,
                reason,
                delay_s,
            )
            await self._recess.wait(delay_s, is_paid=self._uplink.is_paid, sleep=self._sleep)

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
        return self._uplink.is_closed(health_rows=lambda: self._outbox.unreceipted(Lane.HEALTH))

    async def _one_connection(self) -> str:
        inbox = self._inbox = Inbox()
        will = self._attendance.will()
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
            if self._is_connected:
                await self._attendance.say_goodbye(link, inbox)
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
        done, _ = await asyncio.wait({network}, timeout=GOODBYE_S)
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
                    self._sending.send_due(link, self._watchdog)
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
                await self._attendance.say_goodbye(link, inbox)
                return "the data plan's cap is reached"

    def _act_on(self, event: LinkEvent | None, link: Link) -> None:
        match event:
            case Connected():
                self._welcome(link)
            case Acknowledged(mid):
                self._watchdog.acknowledged(mid, self._monotonic())
                self._sending.acknowledged(mid)
            case Arrived():
                try:
                    self._receive(event)
                finally:  # what the disk does not take comes again; the broker's window must not
                    link.acknowledge(event)  # fill meanwhile
            case _:
                pass

    def _receive(self, arrived: Arrived) -> None:
        self._sending.heard()
        self._watchdog.progressed(self._monotonic())
        receipt = self._reception.take(arrived)
        if receipt is not None:
            self._backoff.reset()  # a connection is good once the far end answers
            self._recess.reset()
            self._sending.asked_to_wait(receipt.retry_after_s)

    def _welcome(self, link: Link) -> None:
        self.counts.connections += 1
        self._is_connected = True
        self._connected_s = self._monotonic()
        self._watchdog.connected(self._connected_s)
        self._sending.begin(link)
        mid = self._attendance.say_hello(link)
        if mid is not None:
            self._watchdog.published(mid, self._monotonic())
        if self._outbox.sent_rows(Lane.FAULT):
            with self._database.transaction():
                self._outbox.hurry(Lane.FAULT)
        _LOG.info("connected to broker %s:%d", self._broker.host, self._broker.port)
        self._on_connected()


def _look_at(network: asyncio.Task[None]) -> None:
    """Take the outcome of an ended connection, so that asyncio does not complain of it."""
    if not network.cancelled():
        network.exception()
