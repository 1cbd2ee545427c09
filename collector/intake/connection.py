"""One MQTT connection of the collector, from connect to end; the next one is a new client.

The network loop is ours: paho's own thread dies silently when a callback raises while
``is_connected()`` stays True, its reconnects have no jitter, and it cannot stop reading. Here the
socket is read only while the backlog has room, which is back-pressure that every broker
understands; a pause that lasts ends the connection, and the session keeps what was not read.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import ssl
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.intake.arrival import Arrival
from collector.intake.backlog import Backlog, Received
from collector.intake.buffered_client import BufferedClient
from collector.intake.publications import Publication
from collector.settings import BrokerSettings
from shared import topics
from shared.frame import Lane
from shared.limits import MAX_BODY_BYTES

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 30
PAUSE_S: Final = 20.0  # not reading for longer would cost the keep-alive
HEARTBEAT_S: Final = 10.0
_TICK_MS: Final = 500
_KEPT_BYTES: Final = 2 * MAX_BODY_BYTES  # of a payload that is no frame anyway
# Nobody subscribes to it: to leave it asks for an answer that needs no right and has no effect.
_HEARTBEAT: Final = f"{topics.ROOT}/heartbeat"
_TELEMETRY: Final = f"/up/{Lane.TELEMETRY.name.lower()}"


class Connection:
    """Runs in a thread of its own; ``publish`` and ``acknowledge`` are for any thread."""

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        number: int,
        backlog: Backlog,
        on_listening: Callable[[bool], None],
    ) -> None:
        """``on_listening`` is told when frames reach us and when they cannot."""
        self._settings = settings
        self._number = number
        self._backlog = backlog
        self._on_listening = on_listening
        self._client = _client(settings)
        self._wake_out, self._wake_in = os.pipe()
        os.set_blocking(self._wake_out, False)
        os.set_blocking(self._wake_in, False)
        self._is_closing = False
        self._is_connected = False
        self._is_listening = False
        self._paused_s: float | None = None
        self._messages = self._messages_then = 0
        self._early: list[int] = []  # telemetry of this burst, to be acknowledged at its end
        self._why = ""
        self._next_heartbeat_s = self._next_misc_s = 0.0
        self.progress_s = time.monotonic()  # when the broker last said anything
        self._listen()

    @property
    def is_connected(self) -> bool:
        """True while the broker takes what we say, subscribed or not, reading or not."""
        return self._is_connected

    @property
    def was_full(self) -> bool:
        """True when it ended because the backlog had no room."""
        return self._paused_s is not None

    @property
    def why(self) -> str:
        """Why it ended; '' while it lives, or when its thread died of a defect."""
        return self._why

    def run(self) -> None:
        """Connect and stay until the end; what a broken packet raises ends it like a loss."""
        try:
            self._client.connect(self._settings.host, self._settings.port, KEEPALIVE_S)
            self._why = self._stay()
        except (OSError, ValueError, struct.error, IndexError) as error:
            self._why = f"{type(error).__name__}: {error}"
        finally:
            self._is_connected = False
            self._set_listening(is_listening=False)
            with contextlib.suppress(OSError, ValueError):
                self._client.disconnect()
                self._client.loop_write()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> bool:
        """Queue for sending; False when there is no connection to take it."""
        try:
            return self._client.publish(topic, payload, qos=qos).rc == mqtt.MQTT_ERR_SUCCESS
        except (ValueError, OSError) as error:
            log.warning("publish on %s was not taken: %s", topic, error)
            return False

    def acknowledge(self, received: Received) -> None:
        """Tell the broker that a message need not come again; only if it came this way."""
        if received.connection == self._number and not received.is_acknowledged:
            self._client.ack(received.mid, received.qos)

    def close(self) -> None:
        """End soon; from any thread."""
        self._is_closing = True
        self._wake()

    def _stay(self) -> str:
        poll = select.poll()
        poll.register(self._wake_out, select.POLLIN)
        while not self._is_closing:
            sock = self._client.socket()
            if sock is None or sock.fileno() < 0:
                return self._why or "the broker closed the connection"
            may_read = self._may_read()
            if self._paused_s is not None and time.monotonic() - self._paused_s > PAUSE_S:
                return "more came than could be stored; connecting again when there is room"
            pending = may_read and isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
            mask = (select.POLLIN if may_read else 0) | (
                select.POLLOUT if self._client.want_write() else 0
            )
            fileno = sock.fileno()
            poll.register(fileno, mask)
            ready = dict(poll.poll(0 if pending else _TICK_MS))
            poll.unregister(fileno)
            if self._wake_out in ready:
                self._drain_wakes()
            if pending or ready.get(fileno, 0) & ~select.POLLOUT:
                self._read()
            if self._client.want_write():
                self._client.loop_write()
            self._now_and_then()
        return "told to stop"

    def _may_read(self) -> bool:
        """Stop at a full backlog, go on when it is half empty."""
        if self._paused_s is None and not self._backlog.has_room():
            self._paused_s = time.monotonic()
            self._on_listening(False)
        elif self._paused_s is not None and self._backlog.fill < 0.5:
            self._paused_s = None
            self.progress_s = time.monotonic()
            self._on_listening(self._is_listening)
        return self._paused_s is None

    def _read(self) -> None:
        """One piece of the socket: so much may come beyond the backlog's bounds."""
        self._client.loop_read()
        self._client.ack_all(self._early)
        self._early.clear()

    def _now_and_then(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_misc_s:
            self._next_misc_s = now_s + _TICK_MS / 1000
            self._client.loop_misc()
        if self._is_listening and self._paused_s is None and now_s >= self._next_heartbeat_s:
            self._next_heartbeat_s = now_s + HEARTBEAT_S
            self._ask_for_a_sign()

    def _ask_for_a_sign(self) -> None:
        """Have the broker answer; when nothing came of late, by subscribing again.

        A broker confirms a filter that was damaged on the way, and then sends nothing for ever.
        """
        if self._messages == self._messages_then:
            self._client.subscribe(topics.all_up(), qos=1)
        else:
            self._client.unsubscribe(_HEARTBEAT)
        self._messages_then = self._messages

    def _listen(self) -> None:
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_unsubscribe = self._on_answer
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publications = self._keep
        self._client.on_socket_register_write = lambda *_: self._wake()

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        self.progress_s = time.monotonic()
        if reason.is_failure:
            self._why = f"the broker refuses the collector: {reason}; check user and password"
            return
        self._is_connected = True  # a kept session brings frames before it confirms anything
        client.subscribe(topics.all_up(), qos=1)

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: Any,
        _mid: int,
        reasons: list[ReasonCode],
        _props: Properties | None,
    ) -> None:
        self.progress_s = time.monotonic()
        if any(reason.is_failure for reason in reasons):
            log.error("the broker refuses the subscription to %s; check its ACL", topics.all_up())
            return
        if not self._is_listening:
            log.info("listening at %s:%d", self._settings.host, self._settings.port)
        self._set_listening(is_listening=True)

    def _on_answer(self, *_: object) -> None:
        self.progress_s = time.monotonic()

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        self._why = self._why or str(reason)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic.encode()
        except UnicodeDecodeError:  # paho decodes when asked
            topic = b""
        payload = bytes(message.payload or b"")
        self._keep([Publication(topic, payload, message.mid, message.qos)])

    def _keep(self, publications: Sequence[Publication]) -> None:
        self.progress_s = time.monotonic()
        self._messages += len(publications)
        received = [self._received(publication) for publication in publications]
        # The broker's window (20 by default) would bound a commit to as many rows. Telemetry
        # leaves it at once: its agent keeps it until the receipt, whatever the broker knows.
        self._early += [one.mid for one in received if one.is_acknowledged and one.qos == 1]
        self._backlog.put_all(received)

    def _received(self, publication: Publication) -> Received:
        raw, payload, mid, qos = publication
        try:
            topic = raw.decode()
        except UnicodeDecodeError:  # quarantined as topic.invalid
            topic = ""
        return Received(
            arrival=Arrival(topic, payload[:_KEPT_BYTES]),
            mid=mid,
            qos=qos,
            connection=self._number,
            is_acknowledged=topic.endswith(_TELEMETRY),
        )

    def _set_listening(self, *, is_listening: bool) -> None:
        if self._is_listening != is_listening:
            self._is_listening = is_listening
            self._on_listening(is_listening)

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._wake_in, b"w")

    def _drain_wakes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_out, 4096)

    def __del__(self) -> None:
        """Give the pipe back when nobody can wake us any more."""
        for descriptor in (self._wake_out, self._wake_in):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _client(settings: BrokerSettings) -> BufferedClient:
    client = BufferedClient(
        CallbackAPIVersion.VERSION2,
        client_id=settings.client_id,
        clean_session=False,
        reconnect_on_failure=False,
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
    return client
