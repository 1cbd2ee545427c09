"""Figure about a narrow uplink: a fault leaves in time while pictures fill the link."""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.lab import slow_uplink
from tests.lab.stand import MOSQUITTO

_FAULTS = {Size.SHORT: 15, Size.FULL: 150}
_BYTES_PER_S = 8000.0  # 64 kbit/s


def _fault_behind_bulk(size: Size) -> Measurement:
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")
    seed = int(os.environ.get("LAB_SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="preclaim-slow-") as name:
        got = slow_uplink.run(Path(name), faults=_FAULTS[size], bytes_per_s=_BYTES_PER_S, seed=seed)
    if not got.is_bulk_left:
        raise RuntimeError("no picture was under way at the end: the run says nothing")
    if not got.health_rows:
        raise RuntimeError("no health message of a hub passed: the run says nothing of it")
    return Measurement(
        value=round(max(got.waits_s), 2),
        made_by=f"{len(got.waits_s)} faults with a manifest at random moments, median"
        f" {statistics.median(got.waits_s):.2f} s, {got.bulk_bytes / 1000:.0f} kB of pictures"
        f" and {got.health_rows} health messages of a hub, up to {got.health_bytes / 1000:.1f} kB,"
        f" passed meanwhile; LAB_SEED={seed}",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.fault_behind_bulk_s",
        what="fault committed → at the broker, uplink of 64 kbit/s full of pictures, worst",
        unit="s",
        bound=Bound.AT_MOST,
        target=2,
        how="the agent's dispatcher on a metered uplink over TLS through the TCP fault proxy"
        " at 8000 B/s each way into Mosquitto as it comes; a paho subscriber notes the arrival",
        measure=_fault_behind_bulk,
    ),
)
