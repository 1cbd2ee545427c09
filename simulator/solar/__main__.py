"""``python -m simulator.solar --seed N``: look at the life of a site, as text or as a drawing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from simulator.solar.cast import STORIES, cast_site
from simulator.solar.sheet import draw_site, truths_table, write_visits


def main() -> int:
    """Print the truths of a site; with ``--svg`` draw it, with ``--visits`` list what it said."""
    parser = argparse.ArgumentParser(prog="python -m simulator.solar", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which site; any whole number")
    parser.add_argument("--svg", type=Path, help="draw charge, sun and signal into this file")
    parser.add_argument("--visits", metavar="DEVICE", help="print every visit to this camera")
    parser.add_argument("--stories", action="store_true", help="which seed tells which story")
    given = parser.parse_args()
    if given.stories:
        for seed, story in enumerate(STORIES):
            print(f"{seed:3d}, {seed + len(STORIES):3d}, ...  {story.value}")
        return 0
    site = cast_site(given.seed)
    if given.visits is not None:
        if given.visits not in site.pasts:
            known = ", ".join(site.pasts)
            print(f"no camera {given.visits} at this site; it has {known}", file=sys.stderr)
            return 2
        for line in write_visits(site, given.visits):
            print(line)
        return 0
    print(truths_table(site))
    if given.svg is not None:
        given.svg.parent.mkdir(parents=True, exist_ok=True)
        given.svg.write_text(draw_site(site), encoding="utf-8")
        print(f"drawn: {given.svg}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
