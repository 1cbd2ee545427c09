"""Figures about power cuts and restores: what a put or a receipt promised is there afterwards."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.lab import power_agent, power_collector
from tests.lab.power_cut import Cut, Tally, first_seed, run
from tests.lab.restore_run import Run

_CUTS = {Size.SHORT: 90, Size.FULL: 500}
_RESTORES = {Size.SHORT: 1, Size.FULL: 4}
_HOUR = timedelta(hours=1)


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


def _restore(size: Size) -> Measurement:
    """Half of the runs leave the high-water file, half are told by ``restored``."""
    first = first_seed()
    found = []
    with tempfile.TemporaryDirectory(prefix="preclaim-restore-") as place:
        for number in range(_RESTORES[size]):
            home = Path(place) / str(number)
            found.append(Run(first + number, home, whole=number % 2 == 1, hour=_HOUR).run())
    lost = [words for one in found for words in one.lost]
    doubled = [words for one in found for words in one.doubled]
    early = [words for one in found for words in one.too_early]
    return Measurement(
        value=len(lost) + len(doubled) + len(early),
        made_by=f"{len(found)} restores one hour old under load, {sum(f.faults for f in found)}"
        f" faults, {sum(f.forgotten for f in found)} of them not in the backup,"
        f" {sum(f.requeued for f in found)} rows sent again, {len(lost)} lost,"
        f" {len(doubled)} doubled, {len(early)} claimed too early; LAB_SEED={first}"
        + "".join(f"; {words}" for words in [*lost, *doubled, *early][:1]),
    )


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
    Figure(
        name="durability.restore_lost",
        what="faults or evidence lost, doubled or claimed too early after a restore one hour old",
        unit="faults",
        bound=Bound.AT_MOST,
        target=0,
        how="agents' outboxes and receipts, ingest, jobs and evidence files in one process on a"
        " clock that jumps by 20 s; backup and restore as docs/operations.md says",
        measure=_restore,
    ),
)
