"""``python -m benchmarks.pictures``: camera-days, one table, one PNG."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.figure import Size
from benchmarks.pictures.cases import CLIPS, PICTURES, SCALES
from benchmarks.pictures.cost import measure_cost
from benchmarks.pictures.plot import draw_plot
from benchmarks.pictures.pool import WORKERS
from benchmarks.pictures.report import measure
from benchmarks.pictures.table import list_lives, print_table
from simulator.life.injury import Kind, Severity
from simulator.life.sources import Part, UnreadableManifest
from simulator.video.source import UnreadableSource


def main() -> int:
    """Measure and print; 2 and one sentence when the pictures cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="folder with manifest.csv")
    parser.add_argument("--clips", type=Path, default=CLIPS)
    parser.add_argument("--size", choices=[size.value for size in Size], default="short")
    parser.add_argument("--part", choices=[part.value for part in Part], default="reported")
    parser.add_argument("--days", type=int, help="healthy days a camera instead of the size's")
    parser.add_argument("--cameras", type=int, help="at most so many cameras")
    parser.add_argument("--every", type=int, default=60, help="minutes between two looks")
    parser.add_argument("--lives", type=int, help="lives a fault at medium severity")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--plot", type=Path, default=Path("build/pictures.png"))
    parser.add_argument("--kinds", nargs="*", help="some faults instead of all; none: healthy only")
    parser.add_argument("--details", action="store_true", help="list every life and false alarm")
    parser.add_argument("--no-cost", action="store_true", help="leave the CPU comparison out")
    given = parser.parse_args()
    size = Size(given.size)
    scale = SCALES[size]
    scale = replace(
        scale,
        days=given.days or scale.days,
        learn_days=min(scale.learn_days, max(1, (given.days or scale.days) - 2)),
        every=timedelta(minutes=given.every),
        most_cameras=given.cameras or scale.most_cameras,
        lives=scale.lives | ({Severity.MEDIUM: given.lives} if given.lives is not None else {}),
    )
    try:
        if given.kinds is not None:
            scale = replace(scale, kinds=tuple(Kind(name) for name in given.kinds))
        got = measure(
            scale,
            pictures=given.pictures,
            clips=given.clips,
            part=Part(given.part),
            workers=given.workers,
        )
    except (UnreadableManifest, UnreadableSource, ValueError) as error:
        print(f"cannot measure: {error}", file=sys.stderr)
        return 2
    cost = None if given.no_cost else measure_cost(size)
    print(f"{got.sources} {given.part} sources, {got.cpu_s:.0f} CPU s. {got.skipped}".rstrip())
    print(print_table(got.healthy, got.faulty, cost))
    if given.details:
        print(list_lives(got.healthy, got.faulty))
    given.plot.parent.mkdir(parents=True, exist_ok=True)
    draw_plot(given.plot, got.healthy, got.faulty, given.part)
    print(f"plot: {given.plot}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
