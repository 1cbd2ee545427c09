"""Runs as many sites as a size asks for; what was reported serves all rows."""

from __future__ import annotations

import functools
import gc
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from typing import Final

from benchmarks.energy.score import SiteScore, score_claims, score_months
from benchmarks.energy.subject import Agent
from benchmarks.figure import Size
from simulator.life.chance import uniform
from simulator.solar.account import MONTH_DAYS
from simulator.solar.cast import STORIES, cast_site

MONTHS: Final = {Size.SHORT: 120, Size.FULL: 1_000}
"""Camera-months that are reported."""
PROCESSES: Final = {Size.SHORT: 1, Size.FULL: 2}
_SMALL: Final = 5  # cameras at most in a short run, so that it tells more stories
_TUNING_TENTHS: Final = 3
_PACES_H: Final = (1, 2, 2, 3, 3)  # sites differ in how often their cameras may be visited


def is_for_tuning(seed: int) -> bool:
    """Three seeds of ten may be looked at while rules are made; figures are of the others."""
    return zlib.crc32(f"lives {seed}".encode()) % 10 < _TUNING_TENTHS


def seeds_of(months: int, *, tuning: bool, most_cameras: int = 16) -> list[int]:
    """Seeds, in order, of the first sites that have so many camera-months together."""
    seeds, seed, found = [], 0, 0
    while found < months:
        site = cast_site(seed)
        if is_for_tuning(seed) is tuning and len(site.cameras) <= most_cameras:
            found += len(site.cameras) * (site.grid.days // MONTH_DAYS)
            seeds.append(seed)
        seed += 1
    return seeds


def pace_of(seed: int) -> int:
    """Every how many hours the cameras of this site are visited."""
    return _PACES_H[int(uniform(seed, "pace") * len(_PACES_H))]


def run_site(seed: int, *, pace_h: int | None = None) -> SiteScore:
    """Live one site and score it; deterministic but for the CPU time."""
    gc.freeze()  # the libraries' objects stay; collecting them again costs a tenth
    began = time.process_time()
    site = cast_site(seed)
    with Agent(site) as agent:
        heard = agent.live(timedelta(hours=pace_h or pace_of(seed)))
    return SiteScore(
        seed=seed,
        story=STORIES[seed % len(STORIES)].value,
        kinds={
            one.device_id: f"{one.firmware.name.lower()}/{one.modem.name.lower()}"
            for one in site.cameras
        },
        months=score_months(site, heard),
        claims=list(score_claims(site, heard)),
        visits=heard.visits,
        cpu_s=time.process_time() - began,
    )


def run_sites(
    seeds: list[int], processes: int, *, pace_h: int | None = None
) -> Iterator[SiteScore]:
    """Sites as they are done, in the order of seeds."""
    live = functools.partial(run_site, pace_h=pace_h)
    if processes == 1:
        yield from map(live, seeds)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(live, seeds)


@functools.lru_cache(maxsize=2)
def reported(size: Size) -> tuple[SiteScore, ...]:
    """The sites that the figures are of; nothing was tuned on them."""
    is_short = size is Size.SHORT
    seeds = seeds_of(MONTHS[size], tuning=False, most_cameras=_SMALL if is_short else 16)
    pace_h = max(_PACES_H) if is_short else None  # visits are what a run costs
    return tuple(run_sites(seeds, PROCESSES[size], pace_h=pace_h))
