"""kill -9 of PostgreSQL itself while a real collector takes faults from a real broker."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.house import device, fault, frame_of
from tests.collector.mosquitto import Peer, free_port, mosquitto
from tests.collector.test_serve import served, write_config
from tests.postgresql import Server, start, why_missing
from tests.stores import ask

pytestmark = [pytest.mark.broker, pytest.mark.store("postgresql")]

CRASHES = 3
FAULTS_EACH = 80


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of the test's own."""
    if missing := why_missing():
        pytest.skip(missing)
    made = start()
    made.run("CREATE DATABASE preclaim")
    yield made
    made.destroy()


def configure(directory: Path, server: Server, *, broker: int, web: int) -> Path:
    """A collector on this server and this broker."""
    config = write_config(directory, broker=broker, web=web)
    text = re.sub(
        r'database_url = ".*"', f'database_url = "{server.url("preclaim")}"', config.read_text()
    )
    config.write_text(text.replace("embedded = true", "embedded = false"))
    return config


def committed(config: Path) -> set[int]:
    """The rows that the server has after its recovery."""
    return {int(seq) for (seq,) in ask(config, "SELECT seq FROM frame")}


def test_a_crash_of_the_database_loses_and_doubles_nothing(server: Server, tmp_path: Path) -> None:
    """What was receipted is there after every crash; the collector, never restarted, takes the
    rest when the server is back, and each fault is one episode with one decision."""
    web = free_port()
    with contextlib.ExitStack() as parts:
        broker = parts.enter_context(mosquitto(tmp_path))
        config = configure(tmp_path, server, broker=broker, web=web)
        process = parts.enter_context(served(config, web))
        peer = Peer(broker)
        parts.callback(peer.close)
        sent: set[int] = set()
        receipted: set[int] = set()
        in_flight = []
        for crash in range(CRASHES):
            fresh = range(crash * FAULTS_EACH + 1, (crash + 1) * FAULTS_EACH + 1)
            cameras = (device(f"cam-{n % 40}", label_serial=f"SC99{n % 40:06}") for n in fresh)
            peer.publish(
                *(frame_of(fault(of=one), seq=seq) for seq, one in zip(fresh, cameras, strict=True))
            )
            sent |= set(fresh)
            receipted |= peer.receipted(seqs={fresh[0]})  # it is at work on these
            server.kill()
            receipted |= peer.receipted(seqs=sent - receipted, within_s=0.5)
            in_flight.append(len(sent - receipted))
            server.start()
            assert receipted <= committed(config), "a receipt named a row that is not there"
        receipted |= peer.receipted(seqs=sent - receipted, within_s=60)
        assert process.poll() is None, (tmp_path / "log").read_text()

    assert receipted == sent
    assert max(in_flight) > 0, "no crash fell between publishing and receipt: this shows nothing"
    assert committed(config) == sent
    twice = "SELECT count(*), count(DISTINCT seq) FROM episode"
    assert ask(config, twice) == [(len(sent), len(sent))]
    assert ask(config, "SELECT count(*), count(DISTINCT episode_id) FROM decision") == [
        (len(sent), len(sent))
    ]
    assert ask(config, "SELECT count(*) FROM quarantine") == [(0,)]
    assert ask(config, "SELECT count(*) FROM audit WHERE action = 'store.restored'") == [(0,)]
    log = (tmp_path / "log").read_text()
    assert "nothing can be stored" in log
    assert "Traceback" not in log
