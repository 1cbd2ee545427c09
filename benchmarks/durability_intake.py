"""What intake promises of payloads that nobody should send: stored, duplicate, kept or counted."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.mutated_intake import Account

SENT = {Size.SHORT: 100_000, Size.FULL: 10_000_000}
SEED = 20_260_301


@functools.cache
def account(size: Size) -> Account:
    """Run it in a process of its own, so that its memory is its own."""
    with tempfile.TemporaryDirectory(prefix="preclaim-mutated-") as folder:
        command = [sys.executable, "-m", "benchmarks.mutated_intake"]
        done = subprocess.run(
            [*command, str(SENT[size]), str(SEED), folder],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return Account(**json.loads(done.stdout))


def _unaccounted(size: Size) -> Measurement:
    """Each end for itself: what the sender knows, what ingest said and what the store has."""
    found = account(size)
    if not found.fresh_passed:
        raise RuntimeError("a good row did not pass after them")
    if not (found.stored and found.duplicate and found.kept_rows):
        raise RuntimeError(f"one of the three ends never happened: {found}")
    return Measurement(
        value=sum(found.unaccounted().values()),
        made_by=f"ingest() in batches of 1000 on SQLite with FULL commits: {found.sent} sent, "
        f"{found.stored} stored, {found.duplicate} duplicate, {found.quarantined} quarantined "
        f"({found.kept_rows} rows kept, the rest counted); the sender knew of "
        f"{found.sent_good} good, {found.sent_again} repeated, {found.sent_refusable} refusable; "
        f"a fresh row passed, "
        f"peak RSS {found.peak_rss_mb:.0f} MB, slowest batch {found.slowest_batch_s:.2f} s, "
        f"{found.took_s:.0f} s",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.mutated_unaccounted",
        what="mutated payloads that were neither stored, duplicate nor quarantined (kept or"
        " counted)",
        unit="payloads",
        bound=Bound.AT_MOST,
        target=0,
        how="seeded damage, noise, false headers and bodies under a checksum that holds, strangers"
        " and wrong topics into the product's ingest on a store on disk; the store is asked"
        " afterwards what it has, and each end is compared with what the sender knows of it and"
        " with the rows that receipts name",
        measure=_unaccounted,
    ),
)
