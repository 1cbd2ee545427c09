"""An hour and more of telemetry while the server is dead: what it lacks when it is back."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.day_of_readings import EVERY
from benchmarks.sink.telemetry import Told, visits
from benchmarks.stored_bytes import BEGIN, make_room, open_store
from collector.claims.policy import Policy
from collector.compact import compact
from collector.intake.ingest import ingest
from collector.outlets.influx import InfluxServer
from collector.outlets.sink import Sink
from collector.settings import InfluxSettings
from shared.backoff import Backoff
from tests.collector.outlets.victoria import Victoria, victoria

BACKLOG_BYTES: Final = 64 * 1024 * 1024
_LASTS_S: Final = 20.0  # VictoriaMetrics brings what it took to its disk within about 10 s
_EAGER: Final = Policy(compact_after=timedelta(minutes=10))  # so that days take it meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What was told, and what of it the server does not have, or has otherwise."""

    numbers: int
    lost: int
    merged_batches: int  # by compaction while the server was dead


class _Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


def outage(*, before: int, away: int, after: int) -> Outage:
    """So many visits every 5 min while the server lives, is dead (kill -9), and lives again."""
    with tempfile.TemporaryDirectory(prefix="preclaim-outage-") as name:
        root = Path(name)
        engine, room = open_store(root, ("agent-0",)), make_room(root)
        clock = _Clock()
        told: list[Told] = []
        merged = 0
        with victoria(root) as real:
            settings = InfluxSettings(url=real.url, org="o", bucket="b", token="t", timeout_s=30)
            server = InfluxServer(settings)
            sink = Sink(
                engine,
                open_server=lambda: server,
                backlog_bytes=BACKLOG_BYTES,
                with_serial=False,
                clock=clock,
                backoff=Backoff(jitter=lambda: 0.5),
            )
            for number, (arrival, said) in enumerate(visits(before + away + after)):
                if number == before - 1:
                    time.sleep(_LASTS_S)  # what comes now it has in memory alone when it dies
                if number == before:
                    real.kill()
                if number == before + away:
                    real.start()
                clock.now = BEGIN + (number + 1) * EVERY + timedelta(seconds=6)
                ingest(engine, [arrival], room=room, now=clock.now)
                done = compact(engine, policy=_EAGER, now=clock.now)
                merged += done if before <= number < before + away else 0
                sink.turn(server, lambda: False)
                told += said
            sink.turn(server, lambda: False)
            server.close()
            lost = _lost(real, told)
        engine.dispose()
    numbers = sum(len(one.numbers) for one in told)
    return Outage(numbers=numbers, lost=lost, merged_batches=merged)


def _lost(real: Victoria, told: list[Told]) -> int:
    stored = {
        (labels["__name__"], labels["device"]): points
        for series, points in real.points('{__name__=~"preclaim_.+",device!=""}').items()
        if "reading" not in (labels := dict(series)) and "code" not in labels
    }
    return sum(
        stored.get((f"preclaim_{name}", one.camera), {}).get(one.second) != value
        for one in told
        for name, value in one.numbers.items()
    )
