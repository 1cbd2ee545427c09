"""What is sent when: rows of the outbox by worth, again without a receipt, within the data plan."""

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
from agent.delivery.relief import relieve
from agent.delivery.uplink import Uplink
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
_STUCK_S: Final = 90.0  # published, connected, and no PUBACK for so long: a dead half of a link
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
    ) -> None:
        """``jitter`` gives numbers in 0..1; ``on_*`` are called on the loop and must be quick.

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
        self._resend_after = resend_after * (0.8 + 0.4 * jitter())
        self._backoff = Backoff(jitter=jitter)
        self._inbox: Inbox | None = None
        self._link: Link | None = None
        self._is_connected = False
        self._pause = Pause()
        self._unacknowledged: set[int] = set()
        self._progress_s = 0.0
        self._connected_s = 0.0
        self.counts = Counts()
        self.received = self._reception.counts

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
        with self._database.transaction():
            self._outbox.forget_sent()
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
            await asyncio.sleep(delay_s)

    async def _wait_for_the_plan(self) -> None:
        """Stay off the network while the data plan's cap is reached."""
        if not self._is_closed():
            return
        _LOG.warning("the data plan's cap is reached: nothing leaves before its next month")
        while self._is_closed():  # noqa: ASYNC110  it is a date that ends this, no event
            await asyncio.sleep(_CLOSED_LOOK_S)

    def _is_closed(self) -> bool:
        health = self._outbox.depth(Lane.HEALTH)
        return self._uplink.is_closed(health_rows=health.waiting_rows + health.sent_rows)

    async def _one_connection(self) -> str:
        inbox = self._inbox = Inbox()
        link = self._link = self._open_link(
            (topics.presence(self._agent_id), self._presence(online=False, at=None))
        )
        self._uplink.begin_link()
        network = asyncio.create_task(link.run(inbox))
        self._unacknowledged.clear()
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
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await asyncio.shield(network)
            self._count_the_last_bytes(link)

    def _count_the_last_bytes(self, link: Link) -> None:
        try:
            self._uplink.note(link.carried())
            self._uplink.keep()
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            _LOG.error("the disk is full: what a link cost is counted later")

    async def _serve(self, link: Link, inbox: Inbox, network: asyncio.Task[None]) -> str:
        began_s = self._monotonic()
        while True:
            event = await inbox.next(timeout_s=_TICK_S)
            if isinstance(event, Gone):
                return event.reason
            if network.done():
                error = network.exception()
                return "connection ended" if error is None else f"cannot connect: {error}"
            try:
                self._act_on(event, link)
                self._uplink.note(link.carried())
                if self._is_connected:
                    self._send_due(link)
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                relieve(self._database, self._outbox)
            if stuck := self._stuck(began_s):
                return stuck
            if self._is_connected and self._is_closed():
                return "the data plan's cap is reached"

    def _act_on(self, event: LinkEvent | None, link: Link) -> None:
        match event:
            case Connected():
                self._welcome(link)
            case Acknowledged(mid):
                self._unacknowledged.discard(mid)
                self._progress_s = self._monotonic()
            case Arrived():
                self._receive(event)
                link.acknowledge(event)
            case _:
                pass

    def _receive(self, arrived: Arrived) -> None:
        self._progress_s = self._monotonic()
        receipt = self._reception.take(arrived)
        if receipt is not None:
            self._backoff.reset()  # a connection is good once the far end answers
            self._pause.ask(receipt.retry_after_s, now_s=self._monotonic())

    def _welcome(self, link: Link) -> None:
        self.counts.connections += 1
        self._is_connected = True
        self._progress_s = self._connected_s = self._monotonic()
        link.subscribe([topics.receipt(self._agent_id), topics.command(self._agent_id)])
        online = self._presence(online=True, at=self._clock())
        link.publish(topics.presence(self._agent_id), online, retain=True)
        _LOG.info("connected to broker %s:%d", self._broker.host, self._broker.port)
        self._on_connected()

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
                    self._publish(row, link)

    def _take_due(self, lane: Lane, *, most_rank: int) -> tuple[Row, ...]:
        now, window = self._clock(), self._window(lane)
        room = max(0, window - self._outbox.sent_rows(lane))
        if not self._outbox.has_due(lane, now=now, resend_after=self._resend_after, room=room):
            return ()
        with self._database.transaction():
            again = self._outbox.take_overdue(
                lane, limit=window, now=now, resend_after=self._resend_after, most_rank=most_rank
            )
            return again + self._outbox.take(lane, limit=room, now=now, most_rank=most_rank)

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
        if wants_puback:
            self._note_published(mid)

    def _note_published(self, mid: int) -> None:
        if not self._unacknowledged:
            self._progress_s = self._monotonic()
        self._unacknowledged.add(mid)

    def _stuck(self, began_s: float) -> str:
        """Why the link makes no progress though something is owed; '' while it does.

        That the network library calls itself connected says nothing: a half-open connection is.
        """
        now_s = self._monotonic()
        if not self._is_connected:
            return "no answer to CONNECT" if now_s - began_s > _STUCK_S else ""
        waits = bool(self._unacknowledged) and now_s - self._progress_s > _STUCK_S
        return f"no PUBACK for {_STUCK_S:.0f} s" if waits else ""

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
