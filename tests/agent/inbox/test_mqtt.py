"""MQTT in: a real Mosquitto, a real publisher."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from agent.config_inbox import Mapped, MqttWay
from agent.inbox.item import ITEM_CAP_BYTES
from agent.inbox.mqtt import MqttInbox, name_in
from agent.inbox.senders import Senders
from tests.agent.delivery.conftest import Mosquitto
from tests.agent.inbox.office import Office, jpeg, pushing, until

TOPICS = ("cameras/{device}/#", "frigate/{device}/+/snapshot")


@contextlib.asynccontextmanager
async def subscribed(office: Office, port: int) -> AsyncIterator[MqttInbox]:
    """The subscription of an office."""
    way = MqttWay(
        host="127.0.0.1", port=port, tls=False, ca=None, username="", password="", topics=TOPICS
    )
    devices = [tray.device for tray in office.desk.trays.values()]
    inbox = MqttInbox(
        way, agent_id="agent", desk=office.desk, senders=Senders(devices), clock=office.clock
    )
    task = asyncio.create_task(inbox.run())
    try:
        await until(lambda: inbox.is_subscribed)
        yield inbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def publisher(port: int):  # type: ignore[no-untyped-def]  # of paho's own kind
    """A camera's MQTT client."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield lambda topic, body, **how: client.publish(topic, body, qos=1, **how).wait_for_publish(
            10
        )
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.broker
async def test_pictures_and_events_by_topic(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """A Frigate-like picture and a maker's own JSON arrive under the camera of their topic."""
    values = {
        "battery.charge": Mapped(path="batt.soc", unless=(255,)),
        "battery.charging": Mapped(path="batt.state", map={"chg": True, "dis": False}),
        "cellular.rsrp": Mapped(path="radio.rsrp_x10", scale=0.1),
        "battery.voltage": Mapped(path="batt.mv"),
    }
    event = {"batt": {"soc": 44, "state": "chg", "mv": 99_999}, "radio": {"rsrp_x10": -1013}}
    async with (
        Office(tmp_path, pushing("gate", values=values), pushing("yard")) as office,
        subscribed(office, mosquitto.port),
    ):
        with publisher(mosquitto.port) as publish:
            publish("cameras/gate/status/power", json.dumps(event))
            publish("frigate/yard/person/snapshot", jpeg(1))
            publish("frigate/stranger/person/snapshot", jpeg(2))
            publish("elsewhere/yard", jpeg(3))
            await until(lambda: bool(office.history("picture.luma_mean", "yard")))
            await until(lambda: bool(office.history("battery.charge")))

        found = {
            name: office.history(name)[0]
            for name in ("battery.charge", "battery.charging", "cellular.rsrp", "battery.voltage")
        }
        assert [one.value for one in found.values()][:2] == [44.0, True]
        assert found["cellular.rsrp"].value == pytest.approx(-101.3)
        assert found["battery.voltage"].quality.value == "invalid"
        assert office.decoder.asked == [jpeg(1)]


@pytest.mark.broker
async def test_what_the_broker_kept_is_not_taken_for_fresh(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """A retained message of unknown age is not read when the agent subscribes."""
    with publisher(mosquitto.port) as publish:
        publish("cameras/gate/picture", jpeg(1), retain=True)
        async with (
            Office(tmp_path, pushing()) as office,
            subscribed(office, mosquitto.port),
        ):
            publish("cameras/gate/picture", jpeg(2), retain=True)
            await until(lambda: bool(office.decoder.asked))

            assert office.decoder.asked == [jpeg(2)]


@pytest.mark.broker
async def test_a_giant_stays_at_the_broker(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """A message beyond the cap is never carried to the agent; the next one is."""
    async with Office(tmp_path, pushing()) as office, subscribed(office, mosquitto.port):
        with publisher(mosquitto.port) as publish:
            publish("cameras/gate/picture", jpeg(1) + b"\0" * 2 * ITEM_CAP_BYTES)
            publish("cameras/gate/picture", jpeg(2))
            await until(lambda: bool(office.decoder.asked))

        assert office.decoder.asked == [jpeg(2)]
        assert office.desk.trays["gate"].counts.refused == 0


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("cameras/gate", "gate"),
        ("cameras/gate/a/b", "gate"),
        ("frigate/gate/person/snapshot", "gate"),
        ("frigate/gate/snapshot", None),
        ("cameras", None),
        ("", None),
        ("other/gate/a", None),
    ],
)
def test_a_topic_names_its_camera(topic: str, name: str | None) -> None:
    """The level that stands for {device} is found by the first pattern that fits."""
    assert name_in(topic, TOPICS) == name
