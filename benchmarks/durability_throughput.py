"""How much telemetry one collector takes, and what it costs on its disk: ``durability.*``."""

from __future__ import annotations

import functools
from datetime import timedelta

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.stored_bytes import DAYS, Fleet
from benchmarks.stored_bytes import measure as measure_stored
from benchmarks.throughput.merging import measure_merging
from benchmarks.throughput.run import Rates, race

_MESSAGES = {Size.SHORT: 4000, Size.FULL: 20_000}
_MERGED_DAYS = {Size.SHORT: 1, Size.FULL: 2}
_RECORDERS = {Size.SHORT: 4, Size.FULL: 16}  # of 16 cameras
_GATEWAYS = {Size.SHORT: 8, Size.FULL: 64}  # of one
_ROUNDS = {Size.SHORT: 3, Size.FULL: 5}
# A wired recorder sends every five minutes; a metered gateway of one camera every six hours.
_FLEETS = (
    Fleet(cameras=16, batch=timedelta(minutes=5)),
    Fleet(cameras=1, batch=timedelta(hours=6)),
    Fleet(cameras=1, batch=timedelta(minutes=5)),
)


@functools.cache
def _rates(size: Size) -> Rates:
    return race(_MESSAGES[size], rounds=_ROUNDS[size])


def _by(rates: Rates) -> str:
    found = rates.medians
    spent = ", ".join(f"{kind} {us:.0f}" for kind, us in rates.cpu_us.items())
    return (
        f"medians in samples/s: collector {found['collector']:.0f}, paho without decoding"
        f" {found['nothing']:.0f}, naive rows {found['rows']:.0f}, our ingest behind a socket loop"
        f" {found['lean']:.0f}; {rates.messages} messages, {len(rates.each['lean'])} rounds in"
        " turn; max_queued_messages 100000, max_inflight_messages 1000;"
        f" CPU of the consumer in us/message: {spent}"
    )


def _per_second(size: Size) -> Measurement:
    rates = _rates(size)
    return Measurement(value=round(rates.medians["collector"]), made_by=_by(rates))


def _sustained(size: Size) -> Measurement:
    """A sample costs its taking and, later, its merging, as if nothing were taken meanwhile.

    So the wall counts: who merges holds the one interpreter, and then the one writer while the
    disk confirms.
    """
    rates = _rates(size)
    recorders, gateways, days = _RECORDERS[size], _GATEWAYS[size], _MERGED_DAYS[size]
    merging = measure_merging(agents=recorders, cameras=16, days=days)
    single = measure_merging(agents=gateways, cameras=1, days=1)
    taken_us = 1e6 / rates.medians["collector"]
    return Measurement(
        value=round(1e6 / (taken_us + merging.wall_us)),
        made_by=f"1 / (time to take + time to merge a sample): {taken_us:.0f} +"
        f" {merging.wall_us:.0f} us (CPU {merging.cpu_us:.0f}); {merging.camera_samples} samples,"
        f" {days} day(s) of {recorders} recorders, a message of 16 cameras every 5 min, the job's"
        f" own pace, every day packed; a message of one camera every 5 min: {single.wall_us:.0f}"
        f" us to merge (CPU {single.cpu_us:.0f}), {gateways} agents",
    )


def _over(kind: str, size: Size) -> Measurement:
    rates = _rates(size)
    ratio = rates.medians["collector"] / rates.medians[kind]
    return Measurement(value=round(ratio, 2), made_by=_by(rates))


def _over_nothing(size: Size) -> Measurement:
    return _over("nothing", size)


def _over_rows(size: Size) -> Measurement:
    return _over("rows", size)


def _bytes(size: Size) -> Measurement:
    days = {fleet: DAYS[size] if fleet.cameras > 1 else DAYS[Size.FULL] for fleet in _FLEETS}
    found = [measure_stored(fleet, days=days[fleet]) for fleet in _FLEETS]
    each = ", ".join(
        f"{one.fleet.cameras} camera(s) every {one.fleet.batch} {one.bytes_per_sample:.1f} B"
        for one in found
    )
    return Measurement(
        value=round(max(one.bytes_per_sample for one in found), 1),
        made_by=f"growth of collector.db over {DAYS[size]} days ({DAYS[Size.FULL]} for one camera,"
        f" whose file is a few pages), compaction every 5 min: {each}",
    )


_HOW = (
    "raw MQTT publisher → Mosquitto → preclaim-collector serve, FULL commit, processes of their"
    " own; counterparts paho 2 on the same messages and broker settings in turn"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.samples_per_s",
        # 10,000 cameras at 5-minute readings are 33 a second; the 2.88 million samples of a day
        # without a collector, within an hour and beside what comes meanwhile, are 800 more.
        what="camera samples (25 readings each) a collector stores a second, 16 cameras a message;"
        " 10,000 cameras that bring a lost day within an hour need 850",
        unit="/s",
        bound=Bound.AT_LEAST,
        target=850,
        how=_HOW,
        measure=_per_second,
    ),
    Figure(
        name="durability.sustained_per_s",
        # The 850 of durability.samples_per_s, merged too, with some room.
        what="the same for ever, merging into days included: 10,000 cameras and, within an hour,"
        " the day they were cut off",
        unit="/s",
        bound=Bound.AT_LEAST,
        target=1000,
        how="taking as durability.samples_per_s, then the merge job over days of random walks",
        measure=_sustained,
    ),
    Figure(
        name="durability.vs_no_decode",
        what="the same over a paho consumer that decodes and stores nothing",
        unit="×",
        bound=Bound.AT_LEAST,
        target=0.5,
        how=_HOW,
        measure=_over_nothing,
    ),
    Figure(
        name="durability.vs_naive_rows",
        what="the same over paho, the message decoded, one SQLite row a camera, FULL",
        unit="×",
        bound=Bound.AT_LEAST,
        target=3,
        how=_HOW,
        measure=_over_rows,
    ),
    Figure(
        name="durability.bytes_per_sample",
        what="bytes of the store for a camera sample of 25 readings, indexes and roll-ups included",
        unit="B",
        bound=Bound.AT_MOST,
        target=40,
        how="ingest and compaction of random walks at 5-minute readings; size of the SQLite file",
        measure=_bytes,
    ),
)
