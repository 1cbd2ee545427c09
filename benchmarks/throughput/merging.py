"""What merging costs: days of 16 cameras through ingest, and the time of every compaction."""

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
from collector.intake.ingest import ingest

CAMERAS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """What it took to merge ``camera_samples``: on the wall, and of CPU."""

    camera_samples: int
    wall_s: float
    cpu_s: float


def measure_merging(*, days: int) -> Merging:
    """Days of a wired recorder: a message every five minutes, the job's own pace of merging.

    The last day stays open and the newest two hours wait, as at any other time.
    """
    wall_s = cpu_s = 0.0
    samples = int(timedelta(days=days) / EVERY)
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="preclaim-merging-") as name:
        engine, room = open_store(Path(name), ("agent-0",)), make_room(Path(name))
        walks = [
            walk(f"camera-{number:02d}", since=BEGIN, samples=samples, dice=dice)
            for number in range(CAMERAS)
        ]
        for sample in range(1, samples + 1):
            now = BEGIN + sample * EVERY
            readings = [next(steps) for steps in walks for _ in range(FIELDS)]
            ingest(engine, [frame(readings, seq=sample, now=now)], room=room, now=now)
            began = time.perf_counter(), time.process_time()
            compact(engine, policy=room.policy, now=now)
            wall_s += time.perf_counter() - began[0]
            cpu_s += time.process_time() - began[1]
        engine.dispose()
    return Merging(camera_samples=samples * CAMERAS, wall_s=wall_s, cpu_s=cpu_s)
