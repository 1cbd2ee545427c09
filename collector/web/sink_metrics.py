"""What the time-series sink is worth to Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from collector.outlets.sink import Counts
from collector.store.sink import Stands


def add_sink(registry: CollectorRegistry, counts: Counts, stands: Stands | None) -> None:
    """Add the sink's counts; ``stands`` is None until it has begun."""
    for name, meaning, value in (
        ("preclaim_sink_values", "Readings that the time-series server took", counts.values),
        ("preclaim_sink_refused_lines", "Lines that it will never have", counts.refused_lines),
        ("preclaim_sink_failures", "Tries that it did not answer well", counts.failures),
    ):
        Counter(name, f"{meaning}, since the start", registry=registry).inc(value)
    up = 0 if counts.trouble is not None else 1
    Gauge(
        "preclaim_sink_up", "1 while the time-series server takes what comes", registry=registry
    ).set(up)
    if stands is None:
        return
    for name, meaning, number in (
        ("preclaim_sink_waiting_batches", "Batches that wait for it", stands.waiting_batches),
        ("preclaim_sink_waiting_bytes", "Bytes of these", stands.waiting_bytes),
        (
            "preclaim_sink_dropped_batches",
            "Batches dropped beyond the bound",
            stands.dropped_batches,
        ),
    ):
        Gauge(name, meaning, registry=registry).set(number)
