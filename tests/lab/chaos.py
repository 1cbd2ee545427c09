"""Random kill -9 over agents, broker and collector, by seed.

Run: ``LAB_SEED=7 python -m tests.lab.chaos 60``; without a seed one is drawn and shown.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from simulator.demo.processes import Processes
from tests.lab.ending import Report, drain, pass_fresh, verdict
from tests.lab.oracle import Events
from tests.lab.plan import Deed, Life, make_plan
from tests.lab.stand import AGENTS, BROKER, COLLECTOR, Stand, build

PAUSE_S: Final = 0.15  # between two faults of one agent
RESEND_S: Final = 2.0  # instead of the product's 30 s: more duplicates in less time
LIVES: Final = (
    *((agent, Life(shortest_s=1.5, longest_s=6.0)) for agent in AGENTS),
    (BROKER, Life(shortest_s=3.0, longest_s=9.0)),
    (COLLECTOR, Life(shortest_s=5.0, longest_s=12.0)),
)


def seed_of_run(otherwise: int | None = None) -> int:
    """``LAB_SEED``; else the one given, else one drawn."""
    drawn = secrets.randbelow(2**31) if otherwise is None else otherwise
    return int(os.environ.get("LAB_SEED", "") or drawn)


def run(root: Path, *, kills: int, seed: int, least: Events) -> Report:
    """Kill so often, let it all settle, and judge."""
    began = time.monotonic()
    with Processes(root / "logs") as processes:
        stand = build(processes, root, pause_s=PAUSE_S, resend_s=RESEND_S)
        stand.start_all()
        in_flight = _kill(stand, kills=kills, seed=seed)
        drained_s = drain(stand)
        fresh_s = pass_fresh(stand)
        events = Events(
            kills=kills,
            kills_in_flight=in_flight,
            duplicates=stand.count_duplicates(),
            reconnects=stand.connections() - len(AGENTS) - 1,
            obligations=len(stand.ledger()),
        )
        events, objections = verdict(stand, events=events, least=least)
        stand.store.close()
    return Report(
        seed=seed,
        seconds=time.monotonic() - began,
        drained_s=drained_s,
        fresh_s=fresh_s,
        events=events,
        objections=objections,
    )


def _kill(stand: Stand, *, kills: int, seed: int) -> int:
    """Act by the plan; how many kills met accepted faults that the collector did not have yet."""
    in_flight = done = 0
    start_s = time.monotonic()
    down: set[str] = set()
    for act in make_plan(LIVES, kills=kills, seed=seed):
        while (left_s := start_s + act.at_s - time.monotonic()) > 0:
            time.sleep(min(left_s, 0.25))
            stand.processes.check()
        if act.deed is Deed.START:
            stand.start(act.victim)
            down.discard(act.victim)
            continue
        if act.victim == COLLECTOR:
            stand.count_duplicates()
        in_flight += len(stand.ledger()) > stand.store.episodes()
        stand.processes.kill(act.victim)
        down.add(act.victim)
        done += 1
        if done % max(1, kills // 10) == 0:
            print(f"  {done} of {kills} kills, now {', '.join(sorted(down))}", file=sys.stderr)
    return in_flight


def main() -> int:
    """One run in a folder of its own; 1 when the oracle objects."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory(prefix="preclaim-chaos-") as name:
        report = run(Path(name), kills=kills, seed=seed_of_run(), least=Events(kills=kills))
    print(report)
    return bool(report.objections)


if __name__ == "__main__":
    sys.exit(main())
