"""How long an agent waits for its receipt while the time-series server hangs, and without one."""

from __future__ import annotations

import contextlib
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.sink.telemetry import visits
from collector.intake.arrival import Arrival
from simulator.demo.processes import Processes
from tests.collector.mosquitto import Peer, mosquitto

_TRIES: Final = 90  # a second each
_CONFIG: Final = """\
[collector]
data_dir = "data"
[broker]
port = {port}
[web]
port = 0
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
[[sites]]
id = "site"
organisation = "factory"
[[agents]]
id = "agent-0"
site = "site"
"""
_INFLUX: Final = """\
[influx]
url = "http://127.0.0.1:{port}"
bucket = "b"
timeout_s = 2.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """Milliseconds from publishing to the receipt, each."""

    without_ms: list[float]
    hanging_ms: list[float]

    @property
    def ratio(self) -> float:
        """Of the medians: more than 1 when the sink slows receipts."""
        return statistics.median(self.hanging_ms) / statistics.median(self.without_ms)


def delays(messages: int) -> Delays:
    """Two collectors side by side, asked in turn: a noisy neighbour meets both."""
    found = Delays(without_ms=[], hanging_ms=[])
    with tempfile.TemporaryDirectory(prefix="preclaim-receipts-") as name:
        root = Path(name)
        with (
            _hole() as hole,
            _collector(root / "without", "") as without,
            _collector(root / "hanging", _INFLUX.format(port=hole)) as hanging,
        ):
            for number, (arrival, _) in enumerate(visits(messages), start=1):
                for peer, into in ((without, found.without_ms), (hanging, found.hanging_ms)):
                    if number == 1:
                        _begin(peer, arrival)
                        continue
                    began = time.perf_counter()
                    peer.publish(arrival)
                    if peer.receipted(seqs={number}) != {number}:
                        raise RuntimeError(f"no receipt for message {number}")
                    into.append((time.perf_counter() - began) * 1000)
    return found


def _begin(peer: Peer, arrival: Arrival) -> None:
    """Send until the collector listens: before it does, the broker keeps nothing for it."""
    for _ in range(_TRIES):
        peer.publish(arrival)
        if peer.receipted(seqs={1}, within_s=1.0):
            return
    raise RuntimeError("the collector gives no receipt")


@contextlib.contextmanager
def _hole() -> Iterator[int]:
    """A server that takes connections and never answers: worse than one that is not there."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield int(listener.getsockname()[1])


@contextlib.contextmanager
def _collector(folder: Path, more: str) -> Iterator[Peer]:
    """A collector of our own behind a broker of its own; an agent's side of the wire."""
    folder.mkdir()
    with mosquitto(folder) as port, Processes(folder / "logs") as processes:
        (folder / "collector.toml").write_text(_CONFIG.format(port=port) + more)
        command = ["preclaim-collector", "serve", "-c", str(folder / "collector.toml")]
        processes.start("collector", command)
        peer = Peer(port, "agent-0")
        try:
            yield peer
        finally:
            peer.close()
