"""The sink beside what one would write by hand: the same points, the same server, in turn."""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp
from sqlalchemy import Engine

from benchmarks.sink.telemetry import Told, visits
from benchmarks.stored_bytes import BEGIN, make_room, open_store
from collector.intake.ingest import ingest
from collector.outlets.influx import InfluxServer
from collector.outlets.lots import LINES_AT_ONCE
from collector.outlets.sink import NAME, Sink
from collector.settings import InfluxSettings
from collector.store import sink as rows
from shared.backoff import Backoff
from tests.collector.outlets.victoria import victoria

_TAGS: Final = ",agent=agent-0,device={},organisation=factory,site=site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Readings a second by each way, round by round."""

    sink: list[float]
    by_hand: list[float]
    values: int
    lines: int

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return statistics.median(self.sink) / statistics.median(self.by_hand)


def race(messages: int, *, rounds: int) -> Race:
    """Let both take turns, each as often first, so that a noisy neighbour meets both.

    What the counterpart has in memory is hidden from the collector of garbage: it would be walked
    through in the time of either, and is of no production.
    """
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="preclaim-sink-") as name:
        root = Path(name)
        engine, told = _fill(root, messages)
        values = sum(one.values for one in told)
        with victoria(root) as real:
            settings = InfluxSettings(url=real.url, org="o", bucket="b", token="t", timeout_s=60)
            ways: tuple[tuple[list[float], Callable[[], float]], ...] = (
                (ours, lambda: _by_sink(engine, settings)),
                (theirs, lambda: asyncio.run(_by_hand(told, settings))),
            )
            gc.collect()
            gc.freeze()
            for number in range(rounds + 1):
                for paces, send in ways if number % 2 else reversed(ways):
                    took = send()
                    if number:  # the first round makes the series, for whoever comes first
                        paces.append(values / took)
            gc.unfreeze()
        engine.dispose()
    return Race(
        sink=ours,
        by_hand=theirs,
        values=values,
        lines=sum(1 + len(one.words) for one in told),
    )


def _fill(root: Path, messages: int) -> tuple[Engine, list[Told]]:
    """The telemetry in the store, as intake leaves it, and in memory."""
    engine, room = open_store(root, ("agent-0",)), make_room(root)
    told: list[Told] = []
    for arrival, said in visits(messages):
        ingest(engine, [arrival], room=room, now=BEGIN + timedelta(days=60))
        told += said
    return engine, told


def _by_sink(engine: Engine, settings: InfluxSettings) -> float:
    """Seconds from the store to the server's last answer, cursor included."""
    with engine.begin() as db:
        rows.end(db, NAME)
        rows.begin(db, NAME)
    server = InfluxServer(settings)
    sink = Sink(
        engine,
        open_server=lambda: server,
        backlog_bytes=10**12,
        with_serial=False,
        clock=lambda: BEGIN + timedelta(days=60),
        backoff=Backoff(jitter=lambda: 0.5),
    )
    began = time.perf_counter()
    sink.send(server, lambda: False)
    took = time.perf_counter() - began
    server.close()
    return took


async def _by_hand(told: list[Told], settings: InfluxSettings) -> float:
    """Seconds from numbers in memory to the server's last answer: nothing read, nothing kept."""
    url = f"{settings.url}/api/v2/write?org=o&bucket=b&precision=s"
    async with aiohttp.ClientSession() as session:
        began = time.perf_counter()
        lines: list[str] = []
        for one in told:
            tags = _TAGS.format(one.camera)
            text = ",".join([f"{name}={value}" for name, value in one.numbers.items()])
            lines.append(f"hand{tags} {text} {one.second}")
            for name, word in one.words.items():
                lines.append(f"hand_word{tags},reading={name},word={word} told=1 {one.second}")
            if len(lines) >= LINES_AT_ONCE:
                await _post(session, url, lines)
                lines = []
        if lines:
            await _post(session, url, lines)
        return time.perf_counter() - began


async def _post(session: aiohttp.ClientSession, url: str, lines: list[str]) -> None:
    body = "\n".join(lines).encode()
    async with session.post(url, data=body, headers={"Authorization": "Token t"}) as answer:
        if answer.status != 204:
            raise RuntimeError(f"the server answered {answer.status}")
