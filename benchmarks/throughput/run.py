"""One race after another over one Mosquitto each: broker, publisher, consumer, all processes."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks.crowd import MOSQUITTO
from benchmarks.throughput.messages import AGENTS, CAMERAS, make
from simulator.demo.processes import Processes, free_port, wait_for_port

KINDS: Final = ("nothing", "rows", "collector", "lean")
LONGEST_S: Final = 120.0
# Defaults but for what deploy/mosquitto/preclaim.conf recommends.
BROKER: Final = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 100000
max_queued_bytes 268435456
max_inflight_messages 1000
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Camera samples a second by kind: the median of its races, and each."""

    medians: dict[str, float]
    each: dict[str, list[float]]
    cpu_us: dict[str, float]  # of the consumer's process for a message, median: load-proof
    messages: int


def race(count: int, *, rounds: int, kinds: tuple[str, ...] = KINDS) -> Rates:
    """Let the kinds take turns, so that a noisy neighbour meets them all."""
    each: dict[str, list[float]] = {kind: [] for kind in kinds}
    cpu_us: dict[str, list[float]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory(prefix="preclaim-throughput-") as name:
        made, plain = Path(name) / "messages", Path(name) / "plain"
        make(count, made, plain)
        for number in range(rounds):
            for kind in kinds:
                folder = Path(name) / f"{kind}-{number}"
                folder.mkdir()
                took_s, cpu_s = _one(kind, plain if kind == "rows" else made, count, folder)
                each[kind].append(count * CAMERAS / took_s)
                cpu_us[kind].append(cpu_s / count * 1e6)
                shutil.rmtree(folder)
    medians = {kind: statistics.median(rates) for kind, rates in each.items()}
    spent = {kind: statistics.median(found) for kind, found in cpu_us.items()}
    return Rates(medians=medians, each=each, cpu_us=spent, messages=count)


def _one(kind: str, made: Path, count: int, folder: Path) -> tuple[float, float]:
    """Seconds from the first publication to the last message consumed, or stored; of CPU too."""
    with (
        Processes(folder / "logs") as processes,
        _broker(processes, folder) as port,
        _started(kind, port, count, folder, processes) as (consumer, pid),
        _child("publisher", str(port), str(made)) as publisher,
    ):
        _expect(publisher, "ready")
        process = psutil.Process(pid)
        before = sum(process.cpu_times()[:2])
        began = time.time()
        _tell(publisher)
        ended = consumer()
        spent = sum(process.cpu_times()[:2]) - before
        publisher.kill()
    return ended - began, spent


@contextlib.contextmanager
def _broker(processes: Processes, folder: Path) -> Iterator[int]:
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")
    port = free_port()
    path = folder / "mosquitto.conf"
    path.write_text(BROKER.format(port=port))
    processes.start("mosquitto", [MOSQUITTO, "-c", str(path)])
    wait_for_port(port, timeout_s=20, processes=processes)
    yield port


@contextlib.contextmanager
def _started(
    kind: str, port: int, count: int, folder: Path, processes: Processes
) -> Iterator[tuple[Callable[[], float], int]]:
    """A consumer that listens; calling it waits until it has all, and gives that time; its pid."""
    if kind == "collector":
        yield _serve(port, count, folder, processes), processes.pid("collector")
        return
    with _child("consumers", kind, str(port), str(count), str(folder)) as child:
        _expect(child, "ready")
        yield (lambda: float(_line(child))), child.pid
        child.kill()


def _serve(port: int, count: int, folder: Path, processes: Processes) -> Callable[[], float]:
    """The product as an installation runs it; its store tells how far it is."""
    web_port = free_port()
    configuration = folder / "collector.toml"
    configuration.write_text(_configuration(folder, port=port, web_port=web_port))
    processes.start("collector", ["preclaim-collector", "serve", "-c", str(configuration)])
    wait_for_port(web_port, timeout_s=60, processes=processes)
    _wait_for("listening at", processes)
    store = sqlite3.connect(f"file:{folder / 'collector' / 'collector.db'}?mode=ro", uri=True)

    def wait() -> float:
        until = time.time() + LONGEST_S
        while _stored(store) < count:
            if time.time() > until:
                raise RuntimeError(f"{_stored(store)} of {count} messages after {LONGEST_S:.0f} s")
            time.sleep(0.01)
        ended = time.time()
        (frames,) = store.execute("SELECT count(*) FROM frame").fetchone()
        store.close()
        if frames != count:
            raise RuntimeError(f"{frames} rows of {count}")
        return ended

    return wait


def _wait_for(text: str, processes: Processes) -> None:
    until = time.monotonic() + 30
    while text not in processes.log("collector").read_text():
        if time.monotonic() > until:
            raise RuntimeError("the collector did not reach the broker")
        time.sleep(0.05)


def _stored(store: sqlite3.Connection) -> int:
    (newest,) = store.execute("SELECT max(id) FROM telemetry_batch").fetchone()
    return int(newest or 0)


def _configuration(folder: Path, *, port: int, web_port: int) -> str:
    text = f"""\
[collector]
data_dir = "{folder / "collector"}"

[broker]
host = "127.0.0.1"
port = {port}

[web]
host = "127.0.0.1"
port = {web_port}

[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"

[[sites]]
id = "site"
name = "Site"
organisation = "factory"
"""
    for agent in AGENTS:
        text += f'\n[[agents]]\nid = "{agent}"\norganisation = "factory"\nsite = "site"\n'
    return text


def _child(module: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.throughput.{module}", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(child: subprocess.Popen[str]) -> str:
    if child.stdout is None:
        raise RuntimeError("a child without output")
    line = child.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{child.args!r} ended")
    return line


def _expect(child: subprocess.Popen[str], word: str) -> None:
    if (line := _line(child)) != word:
        raise RuntimeError(f"{child.args!r} said {line!r}")


def _tell(child: subprocess.Popen[str]) -> None:
    if child.stdin is not None:
        child.stdin.write("\n")
        child.stdin.flush()
