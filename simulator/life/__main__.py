"""``python -m simulator.life sheet OUT.png``: look at every injury; ``days``: at ten days."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from simulator.life.day import Site
from simulator.life.injury import Kind
from simulator.life.life import Life
from simulator.life.sheet import draw_days, draw_sheet, write_sheet
from simulator.life.sources import Source, UnreadableManifest, read_folder
from simulator.life.views import open_view
from simulator.video.source import UnreadableSource


def main() -> int:
    """Draw the sheet; 2 and one sentence when the view cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m simulator.life", description=__doc__)
    parser.add_argument("what", choices=["sheet", "days"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--pictures", type=Path, help="folder with a manifest.csv")
    parser.add_argument("--source", help="seq or file of the manifest; else the first one")
    parser.add_argument("--scene", type=int, default=1, help="seed of an own landscape")
    parser.add_argument("--kinds", nargs="*", help="some injuries instead of all")
    parser.add_argument("--seed", type=int, default=1, help="which camera, which variants")
    parser.add_argument("--night", action="store_true", help="all of them by night")
    given = parser.parse_args()
    try:
        source = Source(name=f"scene:{given.scene}", scene_seed=given.scene)
        if given.pictures is not None:
            named = {one.name: one for one in read_folder(given.pictures)}
            source = named[given.source] if given.source else next(iter(named.values()))
        kinds = [Kind(name) for name in given.kinds] if given.kinds else list(Kind)
        view = open_view(source)
    except (UnreadableManifest, UnreadableSource, KeyError, ValueError) as error:
        print(f"no sheet: {error}", file=sys.stderr)
        return 2
    life = Life(view=view, seed=given.seed, site=Site(seed=given.seed))
    if given.what == "days":
        write_sheet(given.out, draw_days(life, days=10))
    else:
        write_sheet(given.out, draw_sheet(life, kinds, seed=given.seed, night=given.night))
    return 0


if __name__ == "__main__":
    sys.exit(main())
