"""MQTT in: batches of frames into one transaction, receipts after its commit, then the acks.

paho's thread only queues; one worker thread does the database work. A message is acknowledged to
the broker only when it is stored or quarantined, and only on the connection that brought it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from collector.intake.arrival import Arrival, Counts
from collector.intake.ingest import ingest
from collector.intake.room import Room
from collector.settings import BrokerSettings
from collector.store import commands
from collector.store.cause import cause_of
from shared import topics, wire
from shared.command import SignedCommand
from shared.frame import Lane, pack
from shared.identity import Epoch
from shared.receipt import Receipt

log = logging.getLogger(__name__)

BATCH_FRAMES: Final = 50
BATCH_WAIT_S: Final = 0.02
QUEUE_FRAMES: Final = 10_000  # beyond this frames stay unacknowledged and come again
RETRY_S: Final = 1.0
COMMANDS_EVERY_S: Final = 1.0
COMMAND_RESENT_AFTER: Final = timedelta(seconds=30)
_NO_EPOCH: Final = Epoch(1, 0)  # commands belong to no epoch of an agent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    arrival: Arrival
    mid: int
    qos: int
    connection: int


class Subscriber:
    """Listens until stopped; ``start`` and ``stop`` once each."""

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        engine: Engine,
        room: Room,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._room = room
        self._clock = clock
        self._received: queue.Queue[_Received] = queue.Queue(QUEUE_FRAMES)
        self._stopping = threading.Event()
        self._connection = 0
        self._listening_since: datetime | None = None
        self._counts = Counts()
        self._trouble = ""
        self._commands_at = 0.0
        self._worker = threading.Thread(target=self._work, name="ingest", daemon=True)
        self._client = self._make_client()

    def start(self) -> None:
        """Connect in the background, now and whenever the broker comes back."""
        self._client.connect_async(self._settings.host, self._settings.port, keepalive=30)
        self._client.loop_start()
        self._worker.start()

    def stop(self) -> None:
        """Finish the batch at hand, leave the broker; what is queued comes again."""
        self._stopping.set()
        if self._worker.is_alive():
            self._worker.join(timeout=30)
        self._client.disconnect()
        self._client.loop_stop()

    def listening_since(self) -> datetime | None:
        """Since when frames reach us; None while they cannot."""
        return self._listening_since if self._worker.is_alive() else None

    def is_alive(self) -> bool:
        """False when the worker died of a defect: then nothing is stored any more."""
        return self._worker.is_alive()

    def counts(self) -> Counts:
        """What came so far."""
        return self._counts

    def trouble(self) -> str:
        """Why nothing can be stored right now; '' while all is well."""
        if not self._worker.is_alive():
            return "the ingest worker ended; see the log, then start the collector again"
        return self._trouble

    def _make_client(self) -> mqtt.Client:
        settings = self._settings
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=False,
            manual_ack=True,
        )
        if settings.username:
            client.username_pw_set(settings.username, settings.password or None)
        if settings.tls:
            client.tls_set(
                ca_certs=str(settings.ca) if settings.ca else None,
                certfile=str(settings.cert) if settings.cert else None,
                keyfile=str(settings.key) if settings.key else None,
            )
        client.reconnect_delay_set(min_delay=1, max_delay=15)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        if reason.is_failure:
            log.error("the broker refuses the collector: %s; check user and password", reason)
            return
        self._connection += 1
        client.subscribe(topics.all_up(), qos=1)

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: Any,
        _mid: int,
        reasons: list[ReasonCode],
        _props: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("the broker refuses the subscription to %s; check its ACL", topics.all_up())
            return
        self._listening_since = self._clock()
        log.info("listening at %s:%d", self._settings.host, self._settings.port)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        self._listening_since = None
        if not self._stopping.is_set():
            log.warning("the broker is gone (%s); connecting again", reason)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        received = _Received(
            arrival=Arrival(message.topic, bytes(message.payload)),
            mid=message.mid,
            qos=message.qos,
            connection=self._connection,
        )
        try:
            self._received.put_nowait(received)
        except queue.Full:
            log.warning("too many frames wait; this one is left to the broker")

    def _work(self) -> None:
        while not self._stopping.is_set():
            batch = self._next_batch()
            while batch and not self._stopping.is_set():
                try:
                    self._take(batch)
                    break
                except (OperationalError, OSError) as error:
                    self._trouble = cause_of(error)
                    log.error(
                        "nothing can be stored (%s): no receipt is sent, agents keep their rows; "
                        "trying again",
                        self._trouble,
                    )
                    self._stopping.wait(RETRY_S)
            self._send_commands()

    def _next_batch(self) -> list[_Received]:
        try:
            batch = [self._received.get(timeout=0.2)]
        except queue.Empty:
            return []
        until = time.monotonic() + BATCH_WAIT_S
        while len(batch) < BATCH_FRAMES and (left := until - time.monotonic()) > 0:
            try:
                batch.append(self._received.get(timeout=left))
            except queue.Empty:
                break
        return batch

    def _take(self, batch: list[_Received]) -> None:
        arrivals = [received.arrival for received in batch]
        done = ingest(self._engine, arrivals, room=self._room, now=self._clock())
        self._counts += done.counts
        self._trouble = ""
        for agent_id, receipt in done.receipts:
            self._publish_receipt(agent_id, receipt)
        for received in batch:
            if received.connection == self._connection:  # its id means nothing on another one
                self._client.ack(received.mid, received.qos)

    def _publish_receipt(self, agent_id: str, receipt: Receipt) -> None:
        payload = pack(
            lane=Lane.RECEIPT, epoch=receipt.epoch, seq=0, body=wire.encode(receipt), compress=True
        )
        self._client.publish(topics.receipt(agent_id), payload, qos=1)

    def _send_commands(self) -> None:
        if time.monotonic() < self._commands_at or self._listening_since is None:
            return
        self._commands_at = time.monotonic() + COMMANDS_EVERY_S
        now = self._clock()
        try:
            with self._engine.begin() as db:
                for command_id, agent_id, signed in commands.waiting(
                    db, sent_before=now - COMMAND_RESENT_AFTER, now=now
                ):
                    self._publish_command(agent_id, signed)
                    commands.note_sent(db, command_id=command_id, now=now)
        except (OperationalError, OSError) as error:
            log.error("commands cannot be read (%s)", cause_of(error))

    def _publish_command(self, agent_id: str, signed: SignedCommand) -> None:
        payload = pack(lane=Lane.COMMAND, epoch=_NO_EPOCH, seq=0, body=wire.encode(signed))
        self._client.publish(topics.command(agent_id), payload, qos=1)
