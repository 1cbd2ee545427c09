"""The counterparts, each in a process of its own: ``consumers KIND PORT COUNT FOLDER``.

``nothing``: paho, manual acknowledgement in groups, no decoding. ``rows``: paho, the same readings
as typed MessagePack without differences (the cheapest form to read), one row a camera into SQLite
with synchronous=FULL, acknowledged after the commit.
``lean``: our own ingest behind a socket loop instead of paho; receipts and all.
"""

from __future__ import annotations

import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.stored_bytes import make_room, open_store
from benchmarks.throughput import raw_mqtt
from benchmarks.throughput.messages import AGENTS, Plain
from collector.intake.arrival import Arrival
from collector.intake.ingest import ingest
from shared import topics, wire
from shared.frame import Lane, pack

GROUP: Final = 50  # messages a group of acknowledgements, as measured best for paho


class Paho:
    """A subscriber that gives groups of messages to one function and acknowledges them after."""

    def __init__(self, port: int) -> None:
        self.messages: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        self.subscribed = threading.Event()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id="throughput-consumer",
            clean_session=False,
            manual_ack=True,
        )
        wanted = [(topics.all_up(), 1), ("plain/+", 1)]
        self.client.on_connect = lambda client, *_: client.subscribe(wanted)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect("127.0.0.1", port)

    def count_only(self, count: int) -> float:
        """Acknowledge in groups from the network's own thread; when the last one was here."""
        done = threading.Event()
        mids: list[int] = []
        seen = 0

        def on_message(client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
            nonlocal seen
            seen += 1
            mids.append(message.mid)
            if len(mids) >= GROUP or seen >= count:
                for mid in mids:
                    client.ack(mid, 1)
                mids.clear()
            if seen >= count:
                done.set()

        self.client.on_message = on_message
        self._start()
        done.wait()
        return time.time()

    def take(self, count: int, store: Callable[[list[mqtt.MQTTMessage]], None]) -> float:
        """Store in groups on this thread, acknowledge after; when the last one was stored."""
        self.client.on_message = lambda _c, _d, message: self.messages.put(message)
        self._start()
        seen = 0
        while seen < count:
            group = [self.messages.get()]
            while len(group) < GROUP and not self.messages.empty():
                group.append(self.messages.get())
            store(group)
            for message in group:
                self.client.ack(message.mid, 1)
            seen += len(group)
        return time.time()

    def _start(self) -> None:
        self.client.loop_start()
        self.subscribed.wait()
        print("ready", flush=True)


def rows_into(folder: Path) -> Callable[[list[mqtt.MQTTMessage]], None]:
    """A table with a column a field, and what puts messages into it."""
    db = sqlite3.connect(folder / "naive.db", check_same_thread=False)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    fields = ", ".join(f"f{number}" for number in range(25))
    db.execute(
        f"CREATE TABLE sample (agent, camera, at, {fields}, PRIMARY KEY (agent, camera, at))"
    )
    marks = ", ".join("?" * 28)
    decoder = msgspec.msgpack.Decoder(Plain)
    insert = f"INSERT OR IGNORE INTO sample VALUES ({marks})"

    def store(group: list[mqtt.MQTTMessage]) -> None:
        rows: list[tuple[object, ...]] = []
        for message in group:
            told = decoder.decode(message.payload)
            at = told.at.isoformat()
            rows += [(told.agent, one.camera, at, *one.values) for one in told.cameras]
        with db:
            db.executemany(insert, rows)

    return store


def take_lean(port: int, count: int, folder: Path) -> float:
    """Our ingest, fed from a socket loop: groups are what one read of the socket brought."""
    engine, room = open_store(folder, AGENTS), make_room(folder)
    link = raw_mqtt.connect(port, "throughput-consumer", clean=False)
    raw_mqtt.subscribe(link, topics.all_up())
    print("ready", flush=True)
    seen = 0
    for group in raw_mqtt.read(link):
        arrivals = [Arrival(one.topic.decode(), one.payload) for one in group]
        done = ingest(engine, arrivals, room=room, now=datetime.now(UTC))
        answers = [
            raw_mqtt.publication(
                topics.receipt(agent_id),
                pack(lane=Lane.RECEIPT, epoch=receipt.epoch, seq=0, body=wire.encode(receipt)),
                mid=1 + number,
            )
            for number, (agent_id, receipt) in enumerate(done.receipts)
        ]
        link.sendall(b"".join([*answers, raw_mqtt.acks([one.mid for one in group])]))
        seen += done.counts.stored
        if seen >= count:
            break
    return time.time()


def main() -> None:
    """Consume ``count`` messages and say when that was done, in seconds since 1970."""
    kind, port, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    if kind == "lean":
        ended = take_lean(port, count, folder)
    elif kind == "nothing":
        ended = Paho(port).count_only(count)
    else:
        ended = Paho(port).take(count, rows_into(folder))
    print(ended, flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
