"""List the animals, visit some, or keep one open for other programs."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.zoo.animal import Animal
from tests.zoo.behaviours import BEHAVIOURS, named
from tests.zoo.judge import complaints
from tests.zoo.roam import roam


async def keep(name: str, host: str) -> None:
    """Serve one animal until interrupted; its address is printed first."""
    async with Animal(named(name), host=host) as animal:
        print(f"{animal.address} rtsp {animal.stage.rtsp_port}", flush=True)
        await asyncio.Event().wait()


def visit(names: list[str]) -> int:
    """Visit these animals and say what was wrong; 1 when anything was."""
    behaviours = [named(name) for name in names]
    report = roam(behaviours)
    for one in complaints(behaviours, report):
        print(f"{one.animal}: {one.kind.value}: {one.text}")
    print(f"strangers: {report.strangers}, login bytes: {report.login_bytes}")
    print(f"shown: {report.shown}, injected: {report.injected}, all seen: {report.sees_all}")
    worst = max(report.tour.sightings, key=lambda sighting: sighting.seconds)
    print(f"slowest: {worst.animal} {worst.probe} {worst.seconds:.1f} s")
    heaviest = max(report.tour.growth_mb.items(), key=lambda item: item[1])
    print(f"heaviest: {heaviest[0] or 'all others'} {heaviest[1]:.0f} MB")
    print(f"decoder child: {report.tour.child_mb:.0f} MB, {report.tour.children_lost} lost")
    return 1 if complaints(behaviours, report) else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.zoo", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keep", action="store_true", help="serve the one named")
    parser.add_argument("--host", default="127.0.0.1")
    chosen = parser.parse_args()
    if chosen.keep:
        asyncio.run(keep(chosen.names[0], chosen.host))
        return 0
    if chosen.names:
        names = [one.name for one in BEHAVIOURS] if chosen.names == ["all"] else chosen.names
        return visit(names)
    for one in BEHAVIOURS:
        print(f"{one.name}: {one.does} ({one.stands_for})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
