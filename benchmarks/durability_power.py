"""Figures about power cuts: what a put or a receipt promised is there when the power is back."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.lab import power_agent, power_collector
from tests.lab.power_cut import Cut, Tally, first_seed, run

_CUTS = {Size.SHORT: 90, Size.FULL: 500}


@functools.cache
def _cut(size: Size, synchronous: str) -> tuple[Tally, Tally]:
    """Half of the cuts over the agent's database, half over the collector's store and evidence."""
    half = _CUTS[size] // 2
    with tempfile.TemporaryDirectory(prefix="preclaim-power-") as place:
        here = Path(place)

        def agent(seed: int) -> Iterator[Cut]:
            return power_agent.cuts_of(seed, here / "agent", synchronous=synchronous)

        def collector(seed: int) -> Iterator[Cut]:
            return power_collector.cuts_of(seed, here / "collector", synchronous=synchronous)

        return run(half, agent), run(half, collector)


def _made_by(agent: Tally, collector: Tally) -> str:
    words = (
        f"{of} {tally.cuts} cuts, {tally.in_flight} of them with unsynced writes,"
        f" {tally.promised} promises checked, {tally.lost} lost"
        for of, tally in (("agent", agent), ("collector with evidence", collector))
    )
    return "; ".join((*words, f"LAB_SEED={first_seed()}"))


def _lost(size: Size) -> Measurement:
    tallies = _cut(size, "FULL")
    first = next((f"; {tally.first}" for tally in tallies if tally.first), "")
    return Measurement(
        value=sum(tally.lost for tally in tallies), made_by=_made_by(*tallies) + first
    )


def _bites(size: Size) -> Measurement:
    tallies = _cut(size, "NORMAL")
    return Measurement(value=sum(tally.losing for tally in tallies), made_by=_made_by(*tallies))


_HOW = (
    "the product's own outbox, receipts, ingest and evidence code on an apsw VFS and a file"
    " system in memory that lose or tear unsynced writes and names; read back by Debian's SQLite"
)
FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.powercut_lost",
        what="rows or evidence lost at power cuts whose put or receipt had returned",
        unit="rows",
        bound=Bound.AT_MOST,
        target=0,
        how=_HOW,
        measure=_lost,
    ),
    Figure(
        name="durability.powercut_bites",
        what="the same run with synchronous=NORMAL: cuts that lost something promised",
        unit="cuts",
        bound=Bound.AT_LEAST,
        target=1,
        how=_HOW,
        measure=_bites,
    ),
)
