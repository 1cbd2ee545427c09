"""Bytes on the wire of one day: telemetry in batches over mutual TLS, receipts and all.

The agent's own reporter, outbox and dispatcher send a made-up day to Debian's Mosquitto; the
collector's own subscriber stores it and sends the receipts. The kernel counts what the agent's
socket sent and received, segments included (TCP_INFO); the day's hours do not pass, its batches do.
"""

from __future__ import annotations

import asyncio
import functools
import getpass
import json
import random
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from agent.config import load_config
from agent.delivery import reading_store
from agent.delivery.database import open_file
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.delivery.uplink import Uplink
from agent.delivery.wire_meter import wire_bytes
from agent.reports import Reporter
from agent.standing import Standings
from agent.uplink_budget import DataPlan
from benchmarks.crowd import MOSQUITTO
from benchmarks.day_of_readings import EVERY, FIELDS, walk
from benchmarks.figure import Bound, Figure, Measurement
from collector.claims.policy import DEFAULT
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.room import Room
from collector.intake.subscriber import Subscriber
from collector.settings import AgentEntry, BrokerSettings, OrganisationEntry, SiteEntry
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from shared.device import DeviceFacts
from shared.reading import Quality, Reading
from simulator.demo.processes import Processes, free_port, wait_for_port
from tests.collector.certificates import Authority

AGENT: Final = "gateway-0001"
DAY_S: Final = 86_400
KEEPALIVE_S: Final = 1800  # the default on a metered uplink
HEALTH_EVERY_S: Final = 3600
# A ping is sent after so long without traffic, and an hourly health message is traffic.
PINGS_A_DAY: Final = DAY_S // HEALTH_EVERY_S * (HEALTH_EVERY_S // KEEPALIVE_S - 1)
_QUICK_KEEPALIVE_S: Final = 5  # the shortest that a configuration may name
_PINGS: Final = 3
MIDNIGHT: Final = datetime(2026, 3, 1, tzinfo=UTC)
_SETTLE_S: Final = 0.6
_WAIT_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Bytes of one day on the agent's link, both directions, TCP and IP headers included."""

    cameras: int
    telemetry: float  # batches and their receipts
    health: float  # a health message an hour and its receipts
    keepalive: float
    connect: float  # one connection with mutual TLS, subscriptions and presence
    json: float  # the same readings as one JSON message every five minutes, no receipts
    messages: int

    @property
    def whole(self) -> float:
        """Everything that a quiet day costs."""
        return self.telemetry + self.health + self.keepalive + self.connect


@contextmanager
def tls_broker(processes: Processes, root: Path) -> Iterator[tuple[int, int]]:
    """Mosquitto with a listener for agents (mutual TLS, as shipped) and one for the collector."""
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")
    authority = Authority(root)
    for name in ("server", AGENT):
        authority.issue(name)
    secure, plain = free_port(), free_port()
    configuration = root / "mosquitto.conf"
    configuration.write_text(
        f"user {getpass.getuser()}\nper_listener_settings true\n"
        f"listener {plain} 127.0.0.1\nallow_anonymous true\n"
        f"listener {secure} 127.0.0.1\ncafile {root}/ca.pem\ncertfile {root}/server.pem\n"
        f"keyfile {root}/server.key\nrequire_certificate true\nuse_identity_as_username true\n"
        "max_keepalive 3600\n"
    )
    processes.start("mosquitto", [MOSQUITTO, "-c", str(configuration)])
    wait_for_port(plain, timeout_s=10, processes=processes)
    yield secure, plain


def start_collector(root: Path, port: int) -> Subscriber:
    """The collector's own intake on a store of its own."""
    engine = open_engine(sqlite_url(root))
    migrate(engine)
    with engine.begin() as db:
        assign(
            db,
            organisations=(OrganisationEntry(id="o", name="O", kind="factory", parent_id=None),),
            sites=(SiteEntry(id="s", name="S", organisation_id="o", zone="UTC"),),
            agents=(AgentEntry(id=AGENT, organisation_id="o", site_id="s", evidence_key=None),),
        )
    room = Room(
        policy=DEFAULT,
        evidence=EvidenceFiles(root / "evidence"),
        command_key=Ed25519PrivateKey.generate(),
    )
    subscriber = Subscriber(
        BrokerSettings(port=port), engine=engine, room=room, clock=lambda: datetime.now(UTC)
    )
    subscriber.start()
    return subscriber


class Gateway:
    """An agent without cameras: its readings are made up, its delivery is real."""

    def __init__(self, root: Path, port: int, *, cameras: int, keepalive_s: int) -> None:
        self.now = MIDNIGHT
        config = root / "agent.toml"
        config.write_text(f'[agent]\nid = "{AGENT}"\nuplink = "metered"\n')
        self.database = open_file(root / f"agent-{keepalive_s}.db")
        self.outbox = Outbox(self.database)
        self.dispatcher = Dispatcher(
            agent_id=AGENT,
            broker=Broker(
                host="127.0.0.1",
                port=port,
                tls=True,
                ca=root / "ca.pem",
                cert=root / f"{AGENT}.pem",
                key=root / f"{AGENT}.key",
                keepalive_s=keepalive_s,
            ),
            database=self.database,
            outbox=self.outbox,
            clock=lambda: self.now,
            jitter=random.Random(1).random,
            uplink=Uplink(
                DataPlan(), database=self.database, clock=lambda: self.now, is_metered=True
            ),
        )
        facts = [DeviceFacts(f"camera-{n:03d}", f"SC2601{n:05d}") for n in range(1, cameras + 1)]
        standings = Standings((fact, ()) for fact in facts)
        self.reporter = Reporter(
            load_config(config),
            version="0.1.0",
            database=self.database,
            outbox=self.outbox,
            standings=standings,
            read_host=self._read_host,
            clock=lambda: self.now,
            wake=self.dispatcher.wake,
        )
        self._task = asyncio.create_task(self.dispatcher.run())

    async def _read_host(self) -> tuple[Reading, ...]:
        numbers = (("host.cpu", 7.1, "%"), ("host.memory_used", 41.0, "%"))
        more = (("host.disk_used", 38.2, "%"), ("agent.rss", 61_000_000, "B"))
        return tuple(
            Reading(name, value, unit, self.now, Quality.GOOD)
            for name, value, unit in (*numbers, *more)
        )

    def carried(self) -> int:
        """What the connection has cost so far, as the agent's own account counts it."""
        link = self.dispatcher.link
        if link is None:
            raise RuntimeError("there is no link")
        carried = link.carried()
        if not carried.is_measured:
            raise RuntimeError("this kernel does not count what a socket carries (TCP_INFO)")
        return carried.bytes

    async def settle(self) -> int:
        """Wait until every row has its receipt and the last acknowledgements are through."""
        until = time.monotonic() + _WAIT_S
        while any(depth.rows for depth in self.outbox.lane_depths()):
            if time.monotonic() > until or self._task.done():
                raise RuntimeError("no receipt came for a batch")
            await asyncio.sleep(0.02)
        await asyncio.sleep(_SETTLE_S)
        return self.carried()

    async def connect(self) -> int:
        """Wait for the connection."""
        until = time.monotonic() + _WAIT_S
        while not self.dispatcher.is_connected:
            if time.monotonic() > until or self._task.done():
                raise RuntimeError("the gateway did not reach its broker")
            await asyncio.sleep(0.02)
        await asyncio.sleep(_SETTLE_S)
        return self.carried()

    async def close(self) -> None:
        """Leave the broker."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.database.close()


async def _measure(root: Path, secure: int, *, cameras: int, batch: timedelta) -> Day:
    gateway = Gateway(root, secure, cameras=cameras, keepalive_s=KEEPALIVE_S)
    connected = await gateway.connect()
    readings = _readings(cameras)
    before, count = connected, 0
    for start in range(0, DAY_S, int(batch.total_seconds())):
        gateway.now = MIDNIGHT + timedelta(seconds=start) + batch
        with gateway.database.transaction() as db:
            due = [r for r in readings if r[1].taken_at - timedelta(seconds=start) >= MIDNIGHT]
            due = [r for r in due if r[1].taken_at < gateway.now]
            for device, group in groupby(due, key=lambda reading: reading[0]):
                reading_store.add(db, device, (reading for _, reading in group))
        count += gateway.reporter.send_telemetry()
        after = await gateway.settle()
    telemetry = after - before
    await gateway.reporter.send_health()
    health = (await gateway.settle() - after) * (DAY_S / HEALTH_EVERY_S)
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
    time.sleep(_SETTLE_S)
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


def _row(gateway: tuple[int, timedelta], *, whole: bool) -> Measurement:
    day = measure(*gateway)
    value = day.whole if whole else day.telemetry
    return Measurement(value=round(value / 1000, 2), made_by=_by(day))


_HOW: Final = (
    "the agent's reporter, outbox and dispatcher over mutual TLS to Debian's Mosquitto, receipts"
    " from the collector's own intake; counted by the kernel (TCP_INFO), headers included"
)

FIGURES: Final = (
    Figure(
        name="durability.wire_gateway_kb",
        what="telemetry of a one-camera 4G gateway in batches of 6 h, receipts included, a day",
        unit="KB",
        bound=Bound.AT_MOST,
        target=5,
        how=_HOW,
        measure=lambda size: _row(_SOLAR, whole=False),
    ),
    Figure(
        name="durability.wire_whole_kb",
        what="the same with hourly health, keep-alive and one TLS connection a day",
        unit="KB",
        bound=Bound.AT_MOST,
        target=30,
        how=_HOW,
        measure=lambda size: _row(_SOLAR, whole=True),
    ),
    Figure(
        name="durability.wire_recorder_kb",
        what="a camera's share of the telemetry of a 16-camera recorder, hourly batches, a day",
        unit="KB",
        bound=Bound.AT_MOST,
        target=6,
        how=_HOW,
        measure=lambda size: _row(_RECORDER, whole=False),
    ),
)
