"""The figures of kills and bad links: ``durability.kill_*`` and ``durability.proxy_*``."""

from __future__ import annotations

import functools
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.lab import chaos, netfault
from tests.lab.ending import Report
from tests.lab.netfault import Faulted
from tests.lab.oracle import Events
from tests.lab.stand import MOSQUITTO
from tests.lab.toxics import DAMAGES

KILLS = {Size.SHORT: 60, Size.FULL: 500}
PROXY_S = {Size.SHORT: 180.0, Size.FULL: 1800.0}
SEED = 20260301


@functools.cache
def kills(size: Size) -> Report:
    """One run of kills, for every row that reads from it."""
    _demand_mosquitto()
    count = KILLS[size]
    least = Events(kills=count, kills_in_flight=count // 3, reconnects=count // 2)
    with tempfile.TemporaryDirectory(prefix="preclaim-chaos-") as name:
        report = chaos.run(
            Path(name) / "run", kills=count, seed=chaos.seed_of_run(SEED), least=least
        )
    return _told(report)


@functools.cache
def faults_of_links(size: Size) -> Faulted:
    """One run through the proxy, for every row that reads from it."""
    _demand_mosquitto()
    least = Events(duplicates=1, reconnects=20, damage={kind.value: 1 for kind in DAMAGES})
    with tempfile.TemporaryDirectory(prefix="preclaim-netfault-") as name:
        got = netfault.run(
            Path(name) / "run", seconds=PROXY_S[size], seed=chaos.seed_of_run(SEED), least=least
        )
    _told(got.report)
    return got


def _demand_mosquitto() -> None:
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")


def _told(report: Report) -> Report:
    """The report; a figure names a number, the objections name the rows."""
    print(report, file=sys.stderr)
    return report


def _killed(report: Report) -> str:
    events = report.events
    return (
        f"{events.kills} kills, {events.kills_in_flight} in flight, {events.obligations} faults,"
        f" {len(report.objections)} objections, LAB_SEED={report.seed}"
    )


def _lost(size: Size) -> Measurement:
    report = kills(size)
    return Measurement(value=len(report.objections) - report.doubled, made_by=_killed(report))


def _doubled(size: Size) -> Measurement:
    report = kills(size)
    return Measurement(value=report.doubled, made_by=_killed(report))


def _duplicates(size: Size) -> Measurement:
    report = kills(size)
    return Measurement(value=report.events.duplicates, made_by=_killed(report))


def _proxy_bad(size: Size) -> Measurement:
    report = faults_of_links(size).report
    events = report.events
    return Measurement(
        value=len(report.objections),
        made_by=(
            f"{PROXY_S[size]:.0f} s, {events.obligations} faults, {events.reconnects} reconnects,"
            f" {sum(events.damage.values())} bites of {len(events.damage)} toxics,"
            f" LAB_SEED={report.seed}"
        ),
    )


def _proxy_memory(size: Size) -> Measurement:
    got = faults_of_links(size)
    return Measurement(value=round(got.memory_percent, 1), made_by=got.memory)


_KILLS = (
    "seeded kill -9 over three agents' outbox and dispatcher, Mosquitto with its defaults and"
    " preclaim-collector; ledgers of accepted faults against the store and files, read from outside"
)

_LINKS = (
    "an asyncio TCP proxy with nine toxics by seed between three agents, Mosquitto with its"
    " defaults and preclaim-collector, clear at the end; judged by the same oracle"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.kill_lost",
        what="accepted faults and evidence lost, altered or undecided after random kill -9",
        unit="faults",
        bound=Bound.AT_MOST,
        target=0,
        how=_KILLS,
        measure=_lost,
    ),
    Figure(
        name="durability.kill_doubled",
        what="episodes or decisions doubled or of unknown origin in the same run",
        unit="faults",
        bound=Bound.AT_MOST,
        target=0,
        how=_KILLS,
        measure=_doubled,
    ),
    Figure(
        name="durability.kill_duplicates",
        what="duplicate deliveries that the collector absorbed in the same run",
        unit="deliveries",
        bound=Bound.AT_LEAST,
        target=500,
        how=_KILLS,
        measure=_duplicates,
    ),
    Figure(
        name="durability.proxy_bad",
        what="objections of the oracle after 3 min (30 min in full) through the fault proxy",
        unit="objections",
        bound=Bound.AT_MOST,
        target=0,
        how=_LINKS,
        measure=_proxy_bad,
    ),
    Figure(
        name="durability.proxy_memory",
        what="growth of the resident size of agent or collector in that run, whichever grew most",
        unit="%",
        bound=Bound.AT_MOST,
        target=10,
        how=_LINKS,
        measure=_proxy_memory,
    ),
)
