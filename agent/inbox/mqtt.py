"""MQTT in: a subscription at a broker of the cameras' own network.

MQTT 5, because only there a client can say how large a message it will take: a flood of giants
stays at the broker. Retained messages are not asked for and not read: they are of an unknown age.
A clean session, because what waited at the broker would be taken for fresh.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.config_inbox import MqttWay
from agent.inbox.desk import Desk
from agent.inbox.item import ITEM_CAP_BYTES, Item, Way
from agent.inbox.senders import Senders

_LOG = logging.getLogger(__name__)
_LOOP_S: Final = 1.0
_AGAIN_S: Final = (1.0, 60.0)  # between connections, doubled up to the second
_IN_HAND: Final = 4  # of one camera, between paho's thread and the loop
_DEVICE: Final = "{device}"


class MqttInbox:
    """One subscription, kept up until cancelled."""

    def __init__(
        self,
        way: MqttWay,
        *,
        agent_id: str,
        desk: Desk,
        senders: Senders,
        clock: Callable[[], datetime],
    ) -> None:
        self._way = way
        self._client_id = f"{agent_id}-inbox"
        self._desk = desk
        self._senders = senders
        self._clock = clock
        self._in_hand: dict[str, int] = {}
        self._lock = threading.Lock()
        self.is_subscribed = False

    async def run(self) -> None:
        """Stay subscribed; a broker that is away is tried again, ever more rarely."""
        pause_s = _AGAIN_S[0]
        while True:
            try:
                await self._stay()
            except OSError as error:
                _LOG.warning("the inbox has no broker at %s: %s", self._way.host, error)
            if self.is_subscribed:
                pause_s = _AGAIN_S[0]
            self.is_subscribed = False
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _AGAIN_S[1])

    async def _stay(self) -> None:
        loop = asyncio.get_running_loop()
        client = self._client(loop)
        executor = ThreadPoolExecutor(1, thread_name_prefix="inbox-mqtt")
        try:
            await loop.run_in_executor(executor, self._network, client)
        finally:
            client.disconnect()
            executor.shutdown(wait=False)

    def _network(self, client: mqtt.Client) -> None:
        connect = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        connect.MaximumPacketSize = ITEM_CAP_BYTES + 1024
        client.connect(
            self._way.host, self._way.port, keepalive=60, clean_start=True, properties=connect
        )
        while client.loop(_LOOP_S) == mqtt.MQTT_ERR_SUCCESS:
            pass

    def _client(self, loop: asyncio.AbstractEventLoop) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.suppress_exceptions = True  # a callback that raises must not end paho's thread
        if self._way.username:
            client.username_pw_set(self._way.username, self._way.password or None)
        if self._way.tls:
            client.tls_set(ca_certs=str(self._way.ca) if self._way.ca else None)
        options = SubscribeOptions(
            qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND, retainAsPublished=False
        )
        topics = [(topic.replace(_DEVICE, "+"), options) for topic in self._way.topics]

        def connected(_c: object, _u: object, _f: object, code: Any, _p: object) -> None:
            if code.is_failure:
                _LOG.warning("the inbox's broker refuses: %s", code)
            else:
                client.subscribe(topics)

        def subscribed(_c: object, _u: object, _m: object, codes: Any, _p: object) -> None:
            if any(code.is_failure for code in codes):
                _LOG.warning("the inbox's broker refuses a topic: %s", codes)
            self.is_subscribed = True

        def message(_c: object, _u: object, arrived: mqtt.MQTTMessage) -> None:
            self._arrived(loop, arrived)

        client.on_connect = connected
        client.on_subscribe = subscribed
        client.on_message = message
        return client

    def _arrived(self, loop: asyncio.AbstractEventLoop, arrived: mqtt.MQTTMessage) -> None:
        """On paho's thread: hand over at most a few of each camera; the rest of a flood is left."""
        device_id = None if arrived.retain else self._device_of(arrived)
        if device_id is None:
            return
        with self._lock:
            if self._in_hand.get(device_id, 0) >= _IN_HAND:
                return
            self._in_hand[device_id] = self._in_hand.get(device_id, 0) + 1
        item = Item(
            device_id=device_id,
            way=Way.MQTT,
            name=arrived.topic,
            body=bytes(arrived.payload or b""),
            at=self._clock(),
        )
        loop.call_soon_threadsafe(self._offer, item)

    def _device_of(self, arrived: mqtt.MQTTMessage) -> str | None:
        try:
            topic = arrived.topic
        except UnicodeDecodeError:
            return None
        name = name_in(topic, self._way.topics)
        return None if name is None else self._senders.of_topic(name)

    def _offer(self, item: Item) -> None:
        with self._lock:
            self._in_hand[item.device_id] -= 1
        if item.body:
            self._desk.offer(item)


def name_in(topic: str, patterns: tuple[str, ...]) -> str | None:
    """What stands for {device} in a topic, by the first pattern that fits; pure."""
    levels = topic.split("/")
    for pattern in patterns:
        wanted = pattern.split("/")
        if wanted[-1] == "#":
            wanted = [*wanted[:-1], *["+"] * max(len(levels) - len(wanted) + 1, 0)]
        if len(wanted) != len(levels):
            continue
        if all(one in ("+", _DEVICE, level) for one, level in zip(wanted, levels, strict=True)):
            return levels[wanted.index(_DEVICE)]
    return None
