"""The figures of causes: ``energy.causes_named`` and the claims, on camera-months never tuned on.

*Named correctly* is said of a camera-month whose truth has been plain for long enough (21 days; 12
for an antenna, 3 for what a device says itself): one of the truth's own names stood in it, and
nothing untrue did, not even for a day. Healthy months are not counted in: they would lift the
figure by being many; what is untrue in them shows in *of all months* and in the claims. One truth
is asked for separately where nobody could tell it: a worn battery behind a firmware without a
current, or with a gauge by voltage (``simulator.solar.said.tells_capacity``), looks as one that is
used more. Such a month counts when something untrue stood in it, and is no miss when it is left
*unsure*; how many were named, and what the figure is with them, stands in the row.

``python -m benchmarks.energy_lives --tuning`` lives the sites that rules may be made by, and prints
every camera-month that was not named, or named untruly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.energy.run import PROCESSES, is_for_tuning, reported, run_sites, seeds_of
from benchmarks.energy.score import SiteScore
from benchmarks.energy.table import (
    claims_in,
    draw_table,
    months_in,
    write_failures,
    write_table,
)
from benchmarks.figure import Bound, Figure, Measurement, Size

TABLE: Final = Path("build/energy_lives.txt")
DRAWING: Final = Path("build/energy_lives.svg")


def _reported(size: Size) -> tuple[SiteScore, ...]:
    sites = reported(size)
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(write_table(sites), encoding="utf-8")
    draw_table(DRAWING, sites)
    return sites


def _made_by(sites: Sequence[SiteScore], told: str) -> str:
    months = len(months_in(sites))
    return f"{told}; {months} camera-months at {len(sites)} sites; {TABLE}, {DRAWING}"


def _causes_named(size: Size) -> Measurement:
    sites = _reported(size)
    months = months_in(sites)
    asked = [one for one in months if one.asked]
    named = sum(one.named and not one.wrong for one in asked)
    if not asked:
        raise RuntimeError("no camera-month had a cause that was plain for long enough")
    correct = sum(one.correct for one in months) / len(months)
    hidden = [one for one in months if one.hidden and not one.asked]
    seen = sum(one.named for one in hidden)
    told = (
        f"{named} of {len(asked)} months with a plain cause; {len(hidden)} with wear that the"
        f" device does not tell asked separately, {seen} named, with them"
        f" {(named + seen) / (len(asked) + len(hidden)):.1%}; of all months {correct:.1%} correct"
    )
    return Measurement(value=round(100 * named / len(asked), 1), made_by=_made_by(sites, told))


def _claimable_wrong(size: Size) -> Measurement:
    sites = _reported(size)
    claims, months = claims_in(sites), months_in(sites)
    wrong = sum(not one.right for one in claims)
    told = f"{wrong} of {len(claims)} claims wrong, over all camera-months"
    return Measurement(value=round(100 * wrong / len(months), 2), made_by=_made_by(sites, told))


def _from_excuses(size: Size) -> Measurement:
    sites = _reported(size)
    claims = claims_in(sites)
    excused = sum(one.excused for one in claims)
    return Measurement(value=excused, made_by=_made_by(sites, f"{len(claims)} claims in all"))


_LIVES: Final = (
    "sites of solar and 4G cameras (simulator/solar) with known truth, visit by visit through the"
    " agent's record_readings on a throw-away database, then collector.claims.decide with passive"
    " verdicts opening drafts and holds as they come; seeds of ten in three are for tuning, the"
    " figures are of the others"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="energy.causes_named",
        what="camera-months with a plain cause that the device tells of: named, nothing untrue",
        unit="%",
        bound=Bound.AT_LEAST,
        target=95,
        how=_LIVES,
        measure=_causes_named,
    ),
    Figure(
        name="energy.claimable_wrong",
        what="wrong claims, per hundred camera-months",
        unit="%",
        bound=Bound.AT_MOST,
        target=0.5,
        how=_LIVES,
        measure=_claimable_wrong,
    ),
    Figure(
        name="energy.claims_from_excuses",
        what="claims from cold, shade, dirt, snow, low sun, over-use, SIM, plan, APN, cell, outage",
        unit="claims",
        bound=Bound.AT_MOST,
        target=0,
        how=_LIVES,
        measure=_from_excuses,
    ),
)


def main() -> int:
    """Live the sites for tuning, or those of some seeds, and print what was named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.energy_lives", description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="the seeds that rules are made by")
    parser.add_argument("--months", type=int, default=150, help="camera-months (about)")
    parser.add_argument("--seeds", type=int, nargs="*", help="these sites; tuning ones only")
    parser.add_argument("--full", action="store_true", help="the reported figures in full size")
    given = parser.parse_args()
    if not given.tuning and given.seeds is None:
        size = Size.FULL if given.full else Size.SHORT
        for figure in FIGURES:
            got = figure.measure(size)
            print(f"{figure.name}: {got.value} {figure.unit} ({got.made_by})", flush=True)
        print(TABLE.read_text(encoding="utf-8"))
        return 0
    seeds = given.seeds or seeds_of(given.months, tuning=True)
    if kept := [seed for seed in seeds if not is_for_tuning(seed)]:
        print(f"{kept} are kept for the figures: look at others", file=sys.stderr)
        return 2
    sites = []
    for site in run_sites(seeds, PROCESSES[Size.SHORT]):
        sites.append(site)
        print(write_failures([site]), end="", flush=True)
    print(write_table(sites))
    return 0


if __name__ == "__main__":
    sys.exit(main())
