"""The time-series sink: its pace beside hand-made lines, outages, receipts: ``energy.sink_*``.

The server is Debian's VictoriaMetrics on loopback; the telemetry is a recorder's, 16 cameras with
25 readings each in a message, taken by the collector's own intake.
"""

from __future__ import annotations

import functools
import statistics

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.sink.outage import Outage, outage
from benchmarks.sink.race import race
from benchmarks.sink.receipts import delays
from tests.collector.outlets.victoria import VICTORIA

_MESSAGES = {Size.SHORT: 750, Size.FULL: 1500}
_ROUNDS = {Size.SHORT: 8, Size.FULL: 16}
_AWAY = {Size.SHORT: 12, Size.FULL: 36}  # visits of 5 min: an hour, three hours
_RECEIPTS = {Size.SHORT: 60, Size.FULL: 400}


def _need_server() -> None:
    if VICTORIA is None:
        raise RuntimeError(
            "victoria-metrics is not installed (Debian: apt install victoria-metrics)"
        )


def _ratio(size: Size) -> Measurement:
    _need_server()
    found = race(_MESSAGES[size], rounds=_ROUNDS[size])
    each = [sink / hand for sink, hand in zip(found.sink, found.by_hand, strict=True)]
    low, _, high = statistics.quantiles(each, n=4)
    return Measurement(
        value=round(found.ratio, 2),
        made_by=f"medians of {len(each)} rounds in turn: sink"
        f" {statistics.median(found.sink):.0f} readings/s from the store to the server's answer,"
        f" cursor included; by hand {statistics.median(found.by_hand):.0f} from numbers in memory;"
        f" middle half of the rounds {low:.2f} to {high:.2f}; {found.values} readings,"
        f" {found.lines} lines a round",
    )


@functools.cache
def _outage(size: Size) -> Outage:
    _need_server()
    return outage(before=6, away=_AWAY[size], after=6)


def _lost(size: Size) -> Measurement:
    found = _outage(size)
    return Measurement(
        value=found.lost,
        made_by=f"{found.numbers} numbers of 16 cameras every 5 min; the server killed (-9) for"
        f" {_AWAY[size] * 5} min while days took {found.merged_batches} of the batches",
    )


def _delay(size: Size) -> Measurement:
    found = delays(_RECEIPTS[size])
    p95 = [statistics.quantiles(one, n=20)[18] for one in (found.without_ms, found.hanging_ms)]
    return Measurement(
        value=round(found.ratio, 2),
        made_by=f"medians {statistics.median(found.hanging_ms):.1f} ms with a server that takes"
        f" connections and never answers, {statistics.median(found.without_ms):.1f} ms without a"
        f" sink; p95 {p95[1]:.1f} and {p95[0]:.1f}; {len(found.without_ms)} messages each in turn",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="energy.sink_ratio",
        what="telemetry to the time-series server by the sink, over hand-made line protocol",
        unit="×",
        bound=Bound.AT_LEAST,
        target=0.8,
        how="the collector's store → sink → influxdb-client → VictoriaMetrics; the counterpart is"
        " aiohttp with lines made from numbers in memory, the same server, in turn",
        measure=_ratio,
    ),
    Figure(
        name="energy.sink_outage_lost",
        what="numbers that the server lacks, or has otherwise, after an hour of being dead",
        unit="numbers",
        bound=Bound.AT_MOST,
        target=0,
        how="intake, compaction and sink in turn by an injected clock; VictoriaMetrics killed and"
        " started again, its own export read back",
        measure=_lost,
    ),
    Figure(
        name="energy.sink_receipt_delay",
        what="an agent's wait for its receipt while the time-series server hangs, over without one",
        unit="×",
        bound=Bound.AT_MOST,
        target=1.1,
        how="MQTT client → Mosquitto → preclaim-collector serve, two of them side by side in turn",
        measure=_delay,
    ),
)
