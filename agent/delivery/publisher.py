"""MQTT out: one connection of the agent to its broker; the only file that knows paho.

paho's own thread dies silently when a callback raises, and its own reconnects come without
jitter and with a queue in memory. So a connection here lives once: its network loop runs in a
thread that we await, callbacks do nothing but hand over to asyncio, and the next connection is a
new client. What was not acknowledged is in the outbox, nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from agent.delivery.link import Acknowledged, Arrived, Carried, Connected, Gone, Inbox, Will
from agent.delivery.wire_meter import OVERHEAD_BYTES, Gauge

_LOG = logging.getLogger(__name__)
_QUEUED_BY_PAHO: Final = 256  # above the sum of the lanes' windows; more is refused, and kept here
_LOOP_S: Final = 1.0
_MAX_PAYLOAD_BYTES: Final = 256 * 1024  # a receipt or command is far smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is and how to log in."""

    host: str
    port: int = 1883
    tls: bool = False
    ca: Path | None = None
    cert: Path | None = None  # the agent's own certificate, with its key
    key: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    keepalive_s: int = 60  # a 60 s keep-alive costs 262 KB a day: part of the data budget


class _Client(mqtt.Client):
    """paho's client, whose socket is watched from its first segment on."""

    gauge: Gauge

    # paho shows the socket only after the TLS handshake (on_socket_open): one that fails or
    # hangs would cost the plan unseen and could not be cut.
    def _create_socket_connection(self) -> socket.socket:
        connection = super()._create_socket_connection()
        self.gauge.watch(connection)
        return connection


class Connection:
    """One MQTT 3.1.1 connection with a persistent session, from connect to close."""

    def __init__(self, broker: Broker, *, client_id: str, will: Will) -> None:
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.gauge = Gauge()
        client.suppress_exceptions = True  # a callback that raises must not end paho's thread
        client.max_queued_messages_set(_QUEUED_BY_PAHO)
        client.will_set(will[0], will[1], qos=1, retain=True)
        if broker.username:
            client.username_pw_set(broker.username, broker.password or None)
        if broker.tls:
            client.tls_set(
                ca_certs=_text(broker.ca), certfile=_text(broker.cert), keyfile=_text(broker.key)
            )
        self._broker = broker
        self._client = client
        self._counted = 0
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="mqtt")

    async def run(self, inbox: Inbox) -> None:
        """Connect and stay until the connection ends; OSError when there is none to be had."""
        self._listen(inbox)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._executor, self._network)
        finally:
            self._executor.shutdown(wait=False)

    def _network(self) -> None:
        client, broker = self._client, self._broker
        try:
            client.connect(broker.host, broker.port, keepalive=broker.keepalive_s)
            # Not loop_forever: only loop() makes the pair of sockets by which publish() wakes it.
            while client.loop(_LOOP_S) == mqtt.MQTT_ERR_SUCCESS:
                pass
        finally:
            client.gauge.release()

    def _listen(self, inbox: Inbox) -> None:
        def connected(_c: object, _u: object, flags: Any, code: Any, _p: object) -> None:
            if getattr(code, "is_failure", True):
                inbox.hand_over(Gone(f"refused by the broker: {code}"))
            else:
                inbox.hand_over(Connected(bool(getattr(flags, "session_present", False))))

        def disconnected(_c: object, _u: object, _f: object, code: Any, _p: object) -> None:
            inbox.hand_over(Gone(str(code)))

        def published(_c: object, _u: object, mid: int, _r: object, _p: object) -> None:
            inbox.hand_over(Acknowledged(mid))

        def message(_c: object, _u: object, arrived: mqtt.MQTTMessage) -> None:
            self._counted += len(arrived.payload or b"") + OVERHEAD_BYTES
            inbox.hand_over(read_message(arrived))

        # Without this paho writes from whichever thread publishes: two at a time on one socket,
        # and on one TLS object. With it only the network's thread writes.
        self._client.on_socket_register_write = lambda *_: None
        self._client.on_connect = connected
        self._client.on_disconnect = disconnected
        self._client.on_publish = published
        self._client.on_message = message

    def subscribe(self, topics: Sequence[str]) -> None:
        """Ask for topics at QoS 1; the session keeps them."""
        self._client.subscribe([(topic, 1) for topic in topics])

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        """Queue for sending: the message's mid, or None when it was not taken."""
        try:
            sent = self._client.publish(topic, payload, qos=qos, retain=retain)
        except (ValueError, OSError) as error:
            _LOG.warning("publish on %s was not taken: %s", topic, error)
            return None
        self._counted += len(payload) + OVERHEAD_BYTES
        return sent.mid if sent.rc == mqtt.MQTT_ERR_SUCCESS else None

    def acknowledge(self, arrived: Arrived) -> None:
        """PUBACK a message that has been acted on."""
        if arrived.qos > 0:
            self._client.ack(arrived.mid, arrived.qos)

    def carried(self) -> Carried:
        """The kernel's count, or payloads with a stated overhead where there is none."""
        found = self._client.gauge.read()
        if found is None:
            return Carried(bytes=self._counted, is_measured=False)
        return Carried(
            bytes=found.sent + found.received, is_measured=True, received_bytes=found.received
        )

    def close(self) -> None:
        """Say goodbye; ``run`` returns soon after."""
        self._client.disconnect()

    def cut(self) -> None:
        """End without a goodbye: the far end is silent, or a handshake hangs."""
        self._client.gauge.cut()


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def read_message(arrived: mqtt.MQTTMessage) -> Arrived:
    """Copy what paho delivered without trusting it: a topic that is no UTF-8 becomes ''."""
    try:
        topic = arrived.topic
    except UnicodeDecodeError:
        topic = ""
    payload = bytes(arrived.payload or b"")
    if len(payload) > _MAX_PAYLOAD_BYTES:
        payload = b""
    return Arrived(topic, payload, arrived.mid, arrived.qos)
