"""The subscriber on a real Mosquitto: receipts after the commit, commands, kill -9."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.intake.arrival import Arrival
from collector.intake.subscriber import Subscriber
from collector.settings import BrokerSettings
from collector.store import tables
from shared import signing, topics, wire
from shared.command import Verb
from shared.frame import Lane, pack
from tests.collector.house import COMMAND_KEY, EPOCH, House, fault, frame_of
from tests.collector.mosquitto import WAIT_S, Peer, mosquitto

pytestmark = pytest.mark.broker

ROWS = 300


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A real broker."""
    with mosquitto(tmp_path) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    (tmp_path / "collector").mkdir()
    made = House(tmp_path / "collector")
    yield made
    made.engine.dispose()


def listen(house: House, port: int) -> Subscriber:
    """A subscriber that the broker has let in."""
    subscriber = Subscriber(
        BrokerSettings(port=port), engine=house.engine, room=house.room, clock=lambda: house.now
    )
    subscriber.start()
    until = time.monotonic() + WAIT_S
    while subscriber.listening_since() is None:
        assert time.monotonic() < until, "the subscriber never reached the broker"
        time.sleep(0.01)
    return subscriber


def test_rows_are_receipted_after_they_are_stored(port: int, house: House) -> None:
    """Good rows in ranges, a bad one as refused, and all of them are in the store by then."""
    peer = Peer(port)
    subscriber = listen(house, port)
    nonsense = pack(lane=Lane.FAULT, epoch=EPOCH, seq=99, body=b"\xc1nonsense")
    bad = Arrival(topics.up("agent-farm", Lane.FAULT), nonsense)
    peer.publish(*(frame_of(fault(), seq=seq) for seq in range(1, 21)), bad)

    assert peer.receipted(seqs={*range(1, 21), 99}) == {*range(1, 21), 99}
    assert house.count(tables.frame) == 20
    assert house.count(tables.quarantine) == 1
    subscriber.stop()
    assert subscriber.counts().stored == 20
    peer.close()


def test_rows_sent_while_the_collector_was_away_come_later(port: int, house: House) -> None:
    """The session at the broker outlives the collector."""
    listen(house, port).stop()
    peer = Peer(port)
    first = listen(house, port)
    peer.publish(frame_of(fault(), seq=1))
    assert peer.receipted(seqs={1}) == {1}
    first.stop()
    peer.publish(frame_of(fault(), seq=2))
    second = listen(house, port)

    assert peer.receipted(seqs={2}) == {2}
    second.stop()
    peer.close()


def test_clone_is_ordered_into_a_new_epoch(port: int, house: House) -> None:
    """The signed command reaches the agent and holds under the collector's key."""
    peer = Peer(port)
    subscriber = listen(house, port)
    peer.publish(frame_of(fault(), seq=1), frame_of(fault("picture.black"), seq=1))

    signed = peer.commands.get(timeout=WAIT_S)
    assert signing.holds(COMMAND_KEY.public_key(), signing.COMMAND, signed.body, signed.signature)
    assert wire.decode_command(signed.body).verb is Verb.NEW_EPOCH
    subscriber.stop()
    peer.close()


INGESTER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from collector.settings import BrokerSettings
from collector.intake.subscriber import Subscriber
from tests.collector.house import House

directory, port = Path(sys.argv[1]), int(sys.argv[2])
house = House(directory)
subscriber = Subscriber(
    BrokerSettings(port=port), engine=house.engine, room=house.room, clock=lambda: house.now
)
subscriber.start()
print("listening", flush=True)
time.sleep(60)
"""


def ingester(directory: Path, port: int) -> subprocess.Popen[str]:
    """A process that ingests until it is killed."""
    made = subprocess.Popen(
        [sys.executable, "-c", INGESTER, str(directory), str(port)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert made.stdout is not None
    assert made.stdout.readline() == "listening\n"
    return made


def test_kill_9_loses_and_doubles_nothing(port: int, house: House, tmp_path: Path) -> None:
    """Killed three times in mid-flight: what was receipted is stored, the rest comes again once."""
    directory = tmp_path / "collector"
    peer = Peer(port)
    arrivals = {seq: frame_of(fault(), seq=seq) for seq in range(1, ROWS + 1)}
    receipted: set[int] = set()
    in_flight: list[int] = []
    for part in range(3):
        process = ingester(directory, port)
        peer.publish(*(arrivals[seq] for seq in range(part * 100 + 1, part * 100 + 101)))
        process.kill()
        process.wait()
        receipted |= peer.receipted(seqs=set(range(1, ROWS + 1)), within_s=0.3)
        in_flight.append(part * 100 + 100 - len(receipted))
        stored = {row["seq"] for row in house.rows(tables.frame)}
        assert receipted <= stored

    process = ingester(directory, port)
    peer.publish(*(arrivals[seq] for seq in range(1, ROWS + 1) if seq not in receipted))
    receipted |= peer.receipted(seqs=set(range(1, ROWS + 1)) - receipted, within_s=90)
    process.kill()
    process.wait()

    assert receipted == set(range(1, ROWS + 1))
    assert max(in_flight) > 0, "no kill fell between publishing and receipt: this run shows nothing"
    assert sorted(int(str(row["seq"])) for row in house.rows(tables.frame)) == sorted(receipted)
    assert house.count(tables.episode) == house.count(tables.decision) == ROWS
    assert house.count(tables.quarantine) == 0
    peer.close()
