"""Faults on a slow link that is busy with pictures: how long each takes to reach the broker.

The product's dispatcher and MQTT over TLS, the fault proxy with a rate, Mosquitto as it comes;
behind it a collector that receipts all it gets. Before every second fault the agent of a hub says
how its 256 devices are, the largest message that is not cut into pieces.

Run: ``python -m tests.lab.slow_uplink 10 8000``.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.evidence import EvidenceFile, pack_files
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.delivery.salvage import open_or_salvage
from agent.delivery.uplink import Uplink
from agent.uplink_budget import DataPlan
from shared import topics, wire
from shared.device import Alias, AliasKind, DeviceFacts
from shared.evidence import EvidenceKind, SignedManifest
from shared.fault import FaultEvent, FaultKind
from shared.frame import Lane, pack, unpack
from shared.health import DeviceHealth, Health, Standing
from shared.receipt import Receipt, ranges_of
from simulator.demo.processes import Processes, free_port, wait_for_port
from tests.agent.delivery.tls_pair import write_server_pair
from tests.lab.proxy import Link
from tests.lab.stand import MOSQUITTO
from tests.lab.toxics import Kind, Toxic

AGENT: Final = "agent-slow"
_PICTURES: Final = 6
_PICTURE_BYTES: Final = 200_000
_HUB_DEVICES: Final = 256
_HEALTH_BEFORE_S: Final = 0.3  # it waits for its turn or is on its way when the fault comes
_MANIFEST_BYTES: Final = 900  # six files by hash, size and name
_WITHIN_S: Final = 60.0
_BULK_FIRST_S: Final = 3.0  # pictures are on their way before the first fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """What a run came to."""

    waits_s: tuple[float, ...]  # of each fault, in order
    bulk_bytes: int  # of pictures that passed meanwhile
    health_bytes: int  # the largest frame of them
    health_rows: int  # that passed
    is_bulk_left: bool  # False when the link ran idle: the run says less then


class Collector:
    """The far end without a slow link: notes when rows come, and receipts them."""

    def __init__(self, port: int) -> None:
        self.faults_at_s: dict[int, float] = {}
        self.bulk_bytes = self.health_bytes = self.health_rows = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="collector")
        self._client.on_message = self._receive
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(topics.all_up(), 1)
        self._client.loop_start()

    def _receive(self, _client: object, _userdata: object, arrived: mqtt.MQTTMessage) -> None:
        came_s = time.monotonic()
        header = unpack(bytes(arrived.payload)).header
        if header.lane == Lane.PRESENCE:
            return
        if header.lane == Lane.FAULT:
            self.faults_at_s.setdefault(header.seq, came_s)
        elif header.lane == Lane.HEALTH:
            self.health_bytes = max(self.health_bytes, len(arrived.payload))
            self.health_rows += 1
        else:
            self.bulk_bytes += len(arrived.payload)
        receipt = Receipt(header.epoch, "g1", datetime.now(UTC), ranges_of((header.seq,)))
        frame = pack(lane=Lane.RECEIPT, epoch=header.epoch, seq=0, body=wire.encode(receipt))
        self._client.publish(topics.receipt(AGENT), frame, qos=1)

    def close(self) -> None:
        """End the connection."""
        self._client.disconnect()
        self._client.loop_stop()


def run(root: Path, *, faults: int, bytes_per_s: float, seed: int) -> Slow:
    """Let so many faults happen at random moments while pictures pass at this rate."""
    port, secure = free_port(), free_port()
    ca, key = write_server_pair(root)
    config = root / "mosquitto.conf"
    config.write_text(
        f"allow_anonymous true\nuser root\nlistener {port} 127.0.0.1\n"
        f"listener {secure} 127.0.0.1\ncertfile {ca}\nkeyfile {key}\n"
    )
    with Processes(root / "logs") as processes:
        processes.start("mosquitto", [str(MOSQUITTO), "-c", str(config)])
        wait_for_port(port, timeout_s=10, processes=processes)
        collector = Collector(port)
        database, _ = open_or_salvage(root / "agent.db", now=datetime.now(UTC))
        try:
            toxic = Toxic(kind=Kind.RATE, bytes_per_s=bytes_per_s)
            return asyncio.run(
                _run(
                    database, collector, secure, ca, toxic, faults=faults, dice=random.Random(seed)
                )
            )
        finally:
            database.close()
            collector.close()


async def _run(
    database: Database,
    collector: Collector,
    port: int,
    ca: Path,
    toxic: Toxic,
    *,
    faults: int,
    dice: random.Random,
) -> Slow:
    link = Link(to_port=port, dice=dice)
    await link.open()
    link.change(toxic)
    outbox = Outbox(database)
    dispatcher = _dispatcher(database, outbox, link.port, ca, dice)
    _append_pictures(database, outbox, dice)
    delivery = asyncio.create_task(dispatcher.run())
    waits_s = []
    try:
        await asyncio.sleep(_BULK_FIRST_S)
        for number in range(faults):
            await asyncio.sleep(dice.uniform(0.5, 2.5))
            if number % 2:
                _append_health(database, outbox, dispatcher, dice)
                await asyncio.sleep(dice.uniform(0, _HEALTH_BEFORE_S))
            if outbox.depth(Lane.EVIDENCE).waiting_rows < _PICTURES:
                _append_pictures(database, outbox, dice)
            waits_s.append(await _pass(database, outbox, dispatcher, collector, dice))
        left = outbox.unreceipted(Lane.EVIDENCE)
    finally:
        delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivery
        await link.close()
    return Slow(
        waits_s=tuple(waits_s),
        bulk_bytes=collector.bulk_bytes,
        health_bytes=collector.health_bytes,
        health_rows=collector.health_rows,
        is_bulk_left=left > 0,
    )


def _dispatcher(
    database: Database, outbox: Outbox, port: int, ca: Path, dice: random.Random
) -> Dispatcher:
    clock = lambda: datetime.now(UTC)  # noqa: E731 - one line says it
    return Dispatcher(
        agent_id=AGENT,
        broker=Broker(host="127.0.0.1", port=port, tls=True, ca=ca, keepalive_s=1800),
        database=database,
        outbox=outbox,
        clock=clock,
        jitter=dice.random,
        uplink=Uplink(DataPlan(), database=database, clock=clock, is_metered=True),
    )


def _append_pictures(database: Database, outbox: Outbox, dice: random.Random) -> None:
    now = datetime.now(UTC)
    files = [
        EvidenceFile(
            name=f"picture-{number}.jpg",
            kind=EvidenceKind.PICTURE,
            media_type="image/jpeg",
            content=dice.randbytes(_PICTURE_BYTES),
            taken_at=now,
        )
        for number in range(_PICTURES)
    ]
    with database.transaction():
        for chunk in pack_files(files).chunks:
            outbox.append(chunk, now=now)


def _append_health(
    database: Database, outbox: Outbox, dispatcher: Dispatcher, dice: random.Random
) -> None:
    now = datetime.now(UTC)
    devices = tuple(
        DeviceHealth(
            device=DeviceFacts(
                f"camera-{number:03}",
                f"SC2601{dice.randrange(10**5):05}",
                aliases=(
                    Alias(AliasKind.MAC, dice.randbytes(6).hex(":")),
                    Alias(AliasKind.ONVIF_SERIAL, f"DS-2CD2T46{dice.randrange(10**9):09}"),
                ),
                model="SC-4G-T46",
                firmware="V5.7.13 build 240311",
            ),
            standing=Standing.OK,
            last_good_at=now,
            spent_bytes_today=dice.randrange(10**6),
            spent_logins_today=dice.randrange(48),
        )
        for number in range(_HUB_DEVICES)
    )
    with database.transaction():
        outbox.append(Health(now, "1", 3600.0, "metered", devices=devices), now=now)
    dispatcher.wake()


async def _pass(
    database: Database,
    outbox: Outbox,
    dispatcher: Dispatcher,
    collector: Collector,
    dice: random.Random,
) -> float:
    now = datetime.now(UTC)
    signed = SignedManifest(dice.randbytes(_MANIFEST_BYTES), dice.randbytes(64), "0" * 16)
    facts = DeviceFacts("gate-north")
    fault = FaultEvent(
        FaultKind.OPENED, "picture.blurred", facts, None, now, now, "blurred", "模糊",
        manifest=signed,
    )  # fmt: skip
    with database.transaction():
        event = outbox.append(fault, now=now)
    began_s = time.monotonic()
    dispatcher.wake()
    while event.seq not in collector.faults_at_s:
        if time.monotonic() - began_s > _WITHIN_S:
            raise RuntimeError(f"fault {event.seq} did not arrive in {_WITHIN_S:.0f} s")
        await asyncio.sleep(0.01)
    return collector.faults_at_s[event.seq] - began_s


def main() -> None:
    """One run in a folder of its own."""
    faults = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 8000.0
    with tempfile.TemporaryDirectory(prefix="preclaim-slow-") as name:
        got = run(Path(name), faults=faults, bytes_per_s=rate, seed=1)
    print(" ".join(f"{wait_s:.2f}" for wait_s in got.waits_s), got)


if __name__ == "__main__":
    main()
