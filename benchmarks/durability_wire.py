"""Bytes on the wire of one day: telemetry in batches over mutual TLS, receipts and all.

The agent's own reporter, outbox and dispatcher send a made-up day to Debian's Mosquitto; the
collector's own subscriber stores it and sends the receipts. The kernel counts what the agent's
socket sent and received, segments included (TCP_INFO); the day's hours do not pass, its batches do.
"""

from __future__ import annotations

import asyncio
import functools
import json
import random
import socket
import ssl
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from agent.delivery import reading_store
from agent.delivery.wire_meter import wire_bytes
from benchmarks.day_of_readings import EVERY, FIELDS, walk
from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.wire_gateway import (
    AGENT,
    MIDNIGHT,
    NO_WHOLE_SECOND,
    SETTLE_S,
    Gateway,
    start_collector,
    tls_broker,
)
from shared.reading import Reading
from simulator.demo.processes import Processes

DAY_S: Final = 86_400
KEEPALIVE_S: Final = 1800  # the default on a metered uplink
HEALTH_EVERY_S: Final = 3600
# A ping is sent after so long without traffic, and an hourly health message is traffic.
PINGS_A_DAY: Final = DAY_S // HEALTH_EVERY_S * (HEALTH_EVERY_S // KEEPALIVE_S - 1)
_QUICK_KEEPALIVE_S: Final = 5  # the shortest that a configuration may name
_PINGS: Final = 3
_HEALTH: Final = 4  # messages after the first one, of which the mean counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Bytes of one day on the agent's link, both directions, TCP and IP headers included."""

    cameras: int
    telemetry: float  # batches and their receipts
    health: (
        float  # a health message an hour and its receipts, the first with all facts of the cameras
    )
    keepalive: float
    connect: float  # one connection with mutual TLS, subscriptions and presence
    json: float  # the same readings as one JSON message every five minutes, no receipts
    messages: int

    @property
    def whole(self) -> float:
        """Everything that a quiet day costs."""
        return self.telemetry + self.health + self.keepalive + self.connect


async def _measure(root: Path, secure: int, *, cameras: int, batch: timedelta) -> Day:
    gateway = Gateway(root, secure, cameras=cameras, keepalive_s=KEEPALIVE_S)
    connected = await gateway.connect()
    readings = _readings(cameras)
    before, count = connected, 0
    for start in range(0, DAY_S, int(batch.total_seconds())):
        until = MIDNIGHT + timedelta(seconds=start) + batch
        gateway.now = until + NO_WHOLE_SECOND
        with gateway.database.transaction() as db:
            due = [r for r in readings if r[1].taken_at - timedelta(seconds=start) >= MIDNIGHT]
            due = [r for r in due if r[1].taken_at < until]
            for device, group in groupby(due, key=lambda reading: reading[0]):
                reading_store.add(db, device, (reading for _, reading in group))
        count += gateway.reporter.send_telemetry()
        after = await gateway.settle()
    telemetry = after - before
    first = await _health(gateway) - after  # says all that is known of the cameras
    before = gateway.carried()
    for _ in range(_HEALTH):
        after = await _health(gateway)
    health = first + (after - before) / _HEALTH * (DAY_S // HEALTH_EVERY_S - 1)
    await gateway.close()
    return Day(
        cameras=cameras,
        telemetry=telemetry / cameras,
        health=health / cameras,
        keepalive=await _keepalive(root, secure) / cameras,
        connect=connected / cameras,
        json=_as_json(root, secure, readings) / cameras,
        messages=count,
    )


async def _health(gateway: Gateway) -> int:
    gateway.now += timedelta(seconds=HEALTH_EVERY_S + 0.217)
    await gateway.reporter.send_health()
    return await gateway.settle()


def _readings(cameras: int) -> list[tuple[str, Reading]]:
    dice = random.Random(20260301)
    samples = int(DAY_S / EVERY.total_seconds())
    return [
        reading
        for number in range(1, cameras + 1)
        for reading in walk(f"camera-{number:03d}", since=MIDNIGHT, samples=samples, dice=dice)
    ]


async def _keepalive(root: Path, port: int) -> float:
    """A day of pings, from a few at a quick pace: each costs the same."""
    gateway = Gateway(root, port, cameras=0, keepalive_s=_QUICK_KEEPALIVE_S)
    before = await gateway.connect()
    await asyncio.sleep((_PINGS + 0.5) * _QUICK_KEEPALIVE_S)
    after = gateway.carried()
    await gateway.close()
    return (after - before) / _PINGS * PINGS_A_DAY


def _as_json(root: Path, port: int, readings: list[tuple[str, Reading]]) -> float:
    """The plain way: all values as JSON at each visit, QoS 1, the same TLS; a day of it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="plain")
    client.tls_set(
        f"{root}/ca.pem",
        f"{root}/{AGENT}.pem",
        f"{root}/{AGENT}.key",
        tls_version=ssl.PROTOCOL_TLS_CLIENT,
    )
    client.connect("127.0.0.1", port)
    client.loop_start()
    by_visit: dict[int, dict[str, dict[str, object]]] = {}
    for device, reading in readings:
        visit = int((reading.taken_at - MIDNIGHT) / EVERY)
        cell = by_visit.setdefault(visit, {}).setdefault(device, {"at": str(reading.taken_at)})
        cell[reading.name] = reading.value
    time.sleep(SETTLE_S)
    sock = client.socket()
    if not isinstance(sock, socket.socket):
        raise RuntimeError("the plain client is not connected")
    before = _both_ways(sock)
    sample = list(by_visit.values())[:24]
    for visit_values in sample:
        client.publish("plain/readings", json.dumps(visit_values), qos=1).wait_for_publish(10)
        time.sleep(0.05)
    spent = _both_ways(sock) - before
    client.disconnect()
    client.loop_stop()
    return spent * len(by_visit) / len(sample)


def _both_ways(sock: socket.socket) -> int:
    counted = wire_bytes(sock)
    if counted is None:
        raise RuntimeError("this kernel does not count what a socket carries (TCP_INFO)")
    return counted.sent + counted.received


@functools.cache
def measure(cameras: int, batch: timedelta) -> Day:
    """A whole day for one gateway."""
    with tempfile.TemporaryDirectory(prefix="preclaim-wire-") as name, ExitStack() as stack:
        root = Path(name)
        processes = stack.enter_context(Processes(root / "logs"))
        secure, plain = stack.enter_context(tls_broker(processes, root))
        collector = start_collector(root, plain)
        stack.callback(collector.stop)
        return asyncio.run(_measure(root, secure, cameras=cameras, batch=batch))


_SOLAR: Final = (1, timedelta(hours=6))
_RECORDER: Final = (16, timedelta(hours=1))


def _by(day: Day) -> str:
    return (
        f"{day.cameras} camera(s), {FIELDS} readings every 5 min, {day.messages} batches; a camera"
        f" and day: telemetry {day.telemetry / 1000:.2f} KB, hourly health {day.health / 1000:.2f},"
        f" keep-alive of {KEEPALIVE_S} s {day.keepalive / 1000:.2f}, one TLS connection"
        f" {day.connect / 1000:.2f}; plain JSON every 5 min {day.json / 1000:.0f} KB"
    )


_HOW: Final = (
    "the agent's reporter, outbox and dispatcher over mutual TLS to Debian's Mosquitto, receipts"
    " from the collector's own intake; counted by the kernel (TCP_INFO), headers included"
)


def _figure(
    name: str,
    what: str,
    *,
    target_kb: float,
    gateway: tuple[int, timedelta],
    cost: Callable[[Day], float] = lambda day: day.telemetry,
) -> Figure:
    """A row about a camera and day of this gateway; ``cost`` says which bytes of it."""

    def measured(_: Size) -> Measurement:
        day = measure(*gateway)
        return Measurement(value=round(cost(day) / 1000, 2), made_by=_by(day))

    return Figure(
        name=f"durability.{name}",
        what=what,
        unit="KB",
        bound=Bound.AT_MOST,
        target=target_kb,
        how=_HOW,
        measure=measured,
    )


FIGURES: Final = (
    _figure(
        "wire_gateway_kb",
        "telemetry of a one-camera 4G gateway in batches of 6 h, receipts included, a day",
        target_kb=5,
        gateway=_SOLAR,
    ),
    _figure(
        "wire_whole_kb",
        "the same with hourly health, keep-alive and one TLS connection a day",
        target_kb=30,
        gateway=_SOLAR,
        cost=lambda day: day.whole,
    ),
    _figure(
        "wire_recorder_kb",
        "a camera's share of the telemetry of a 16-camera recorder, hourly batches, a day",
        target_kb=6,
        gateway=_RECORDER,
    ),
)
