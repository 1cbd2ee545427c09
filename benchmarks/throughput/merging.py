"""What merging costs: days of a fleet through ingest, and the time of every compaction."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks.day_of_readings import EVERY, FIELDS, walk
from benchmarks.stored_bytes import BEGIN, SEED, frame, make_room, open_store
from collector.compact import compact
from collector.intake.arrival import Arrival
from collector.intake.ingest import ingest
from collector.store import telemetry
from collector.telemetry.samples import DAY_S, second_of
from shared import topics
from shared.frame import Lane

LATER: Final = timedelta(hours=3)  # a day is over for the job two hours after its end, see Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """What it took to merge ``camera_samples``: on the wall, and of CPU."""

    camera_samples: int
    wall_s: float
    cpu_s: float

    @property
    def wall_us(self) -> float:
        """Of a camera sample."""
        return self.wall_s / self.camera_samples * 1e6

    @property
    def cpu_us(self) -> float:
        """Of a camera sample."""
        return self.cpu_s / self.camera_samples * 1e6


def measure_merging(*, agents: int, cameras: int, days: int) -> Merging:
    """Days of wired agents: a message each every five minutes, the job's own pace of merging.

    One message more comes when the last day is over, so that this is packed too.
    """
    wall_s = cpu_s = 0.0
    samples, later = int(timedelta(days=days) / EVERY), int(LATER / EVERY)
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="preclaim-merging-") as name:
        names = tuple(f"agent-{number}" for number in range(agents))
        engine, room = open_store(Path(name), names), make_room(Path(name))
        walks = [
            walk(f"camera-{number:02d}", since=BEGIN, samples=samples + 1, dice=dice)
            for number in range(cameras)
        ]
        for sample in range(1, samples + 2 * later):
            now = BEGIN + sample * EVERY
            if sample <= samples or sample == samples + later:
                readings = [next(steps) for steps in walks for _ in range(FIELDS)]
                payload = frame(readings, seq=sample, now=now).payload
                sent = [Arrival(topics.up(one, Lane.TELEMETRY), payload) for one in names]
                ingest(engine, sent, room=room, now=now)
            began = time.perf_counter(), time.process_time()
            compact(engine, policy=room.policy, now=now)
            wall_s += time.perf_counter() - began[0]
            cpu_s += time.process_time() - began[1]
        with engine.connect() as db:
            end = BEGIN + timedelta(days=days)
            if telemetry.left_open(db, before=second_of(end) // DAY_S):
                raise RuntimeError("a day that is over was not packed: the cost says too little")
        engine.dispose()
    return Merging(camera_samples=samples * agents * cameras, wall_s=wall_s, cpu_s=cpu_s)
