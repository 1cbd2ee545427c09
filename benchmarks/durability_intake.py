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
    """Sent, minus what the store itself holds or has counted when it is asked afterwards."""
    found = account(size)
    if not found.fresh_passed:
        raise RuntimeError("a good row did not pass after them")
    if not (found.stored and found.duplicate and found.kept_rows):
        raise RuntimeError(f"one of the three ends never happened: {found}")
    missing = found.sent - found.rows_in_store - found.duplicate - found.kept_or_counted
    return Measurement(
        value=abs(missing),
        made_by=f"ingest() in batches of 1000 on SQLite with FULL commits: {found.sent} sent, "
        f"{found.stored} stored, {found.duplicate} duplicate, {found.quarantined} quarantined "
        f"({found.kept_rows} rows kept, the rest counted), a fresh row passed, "
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
        " afterwards what it has",
        measure=_unaccounted,
    ),
)
