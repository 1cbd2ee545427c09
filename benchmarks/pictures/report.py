"""One measurement from sources to scores; kept, so that several figures share one run."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Size
from benchmarks.pictures.cases import CLIPS, PICTURES, SCALES, Scale, find_sources, plan
from benchmarks.pictures.pool import WORKERS, run_sites
from benchmarks.pictures.result import Faulty, Healthy
from benchmarks.pictures.score import gather
from simulator.life.sources import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All lives of one run, and what they were made of."""

    healthy: list[Healthy]
    faulty: list[Faulty]
    sources: int
    skipped: str
    cpu_s: float


@functools.cache
def reported(size: Size) -> Report:
    """The run that figures are taken from: sources that nothing was tuned on."""
    return measure(SCALES[size])


def measure(
    scale: Scale,
    *,
    pictures: Path = PICTURES,
    clips: Path = CLIPS,
    part: Part = Part.REPORTED,
    workers: int = WORKERS,
) -> Report:
    """Live all sites of these sources; resumes what an earlier run of the same code left."""
    sources, skipped = find_sources(pictures, clips, part)
    results = run_sites(plan(sources, scale), workers=workers)
    healthy, faulty = gather(results)
    return Report(
        healthy=healthy,
        faulty=faulty,
        sources=len({one.source for one in healthy}),
        skipped=skipped,
        cpu_s=sum(one.cpu_s for one in results),
    )
