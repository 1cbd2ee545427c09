"""A real Mosquitto on a free loopback port, and an agent's side of the wire."""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from collector.intake.arrival import Arrival
from shared import topics, wire
from shared.command import SignedCommand
from shared.frame import unpack
from shared.receipt import Receipt

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
WAIT_S = 120.0  # what is waited for comes in less than one; a machine that has other work is slower
OPEN = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mosquitto(directory: Path, text: str = OPEN) -> Iterator[int]:
    """Run a broker by this configuration, in which {port} is a free one; yields the port."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed (Debian: apt install mosquitto)")
    port = free_port()
    (directory / "mosquitto.conf").write_text(text.format(port=port))
    broker = subprocess.Popen(
        [MOSQUITTO, "-c", "mosquitto.conf"],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=(directory / "mosquitto.log").open("wb"),
    )
    try:
        wait_for_port(port, broker)
        yield port
    finally:
        broker.terminate()
        broker.wait(timeout=10)


def wait_for_port(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Return when something listens there; AssertionError after a while, or when it has ended."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        assert process is None or process.poll() is None, "it ended before it listened"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


class Peer:
    """An agent's client: publishes frames, keeps the receipts and commands that come back."""

    def __init__(
        self,
        port: int,
        agent_id: str = "agent-farm",
        prepare: Callable[[mqtt.Client], None] = lambda _client: None,
    ) -> None:
        self.receipts: queue.Queue[Receipt] = queue.Queue()
        self.commands: queue.Queue[SignedCommand] = queue.Queue()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=agent_id, clean_session=False
        )
        prepare(self._client)
        subscribed: queue.Queue[bool] = queue.Queue()
        self._client.on_subscribe = lambda *_: subscribed.put(True)
        self._client.on_message = self._keep
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([(topics.receipt(agent_id), 1), (topics.command(agent_id), 1)])
        self._client.loop_start()
        subscribed.get(timeout=WAIT_S)

    def _keep(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        got = wire.decode_down(unpack(bytes(message.payload)).body)
        if isinstance(got, Receipt):
            self.receipts.put(got)
        else:
            self.commands.put(got)

    def publish(self, *arrivals: Arrival) -> None:
        """Publish and wait until the broker has them all."""
        sent = [self._client.publish(one.topic, one.payload, qos=1) for one in arrivals]
        for info in sent:
            info.wait_for_publish(WAIT_S)

    def receipted(self, *, seqs: set[int], within_s: float = WAIT_S) -> set[int]:
        """Read receipts until they name all ``seqs`` or time is over; what they named."""
        named: set[int] = set()
        until = time.monotonic() + within_s
        while not seqs <= named and (left := until - time.monotonic()) > 0:
            try:
                receipt = self.receipts.get(timeout=left)
            except queue.Empty:
                break
            for item in receipt.ranges:
                named.update(range(item.first, item.last + 1))
            named.update(item.seq for item in receipt.refused)
        return named

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()
