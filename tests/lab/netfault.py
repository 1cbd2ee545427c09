"""A run through the fault proxy: every link to the broker is ill, then well, then judged.

Run: ``LAB_SEED=7 python -m tests.lab.netfault 60``; without a seed one is drawn and shown.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from simulator.demo.processes import Processes, free_port
from tests.lab.chaos import seed_of_run
from tests.lab.ending import Report, drain, pass_fresh, verdict
from tests.lab.oracle import Events
from tests.lab.stand import AGENTS, COLLECTOR, Stand, build
from tests.lab.toxics import make_weather
from tests.lab.weather import Weather

PAUSE_S: Final = 0.3  # between two faults of one agent
RESEND_S: Final = 3.0
WARM_SHARE: Final = 0.25  # of the run; what is resident then is what growth is measured against
_LONG_FROM_S: Final = 120.0  # runs from here on also have toxics that outlast a keep-alive
_AGENTS: Final = "agents"
_COLLECTOR: Final = "collector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulted:
    """What a run through the proxy came to."""

    report: Report
    memory_percent: float  # growth of the process that grew most, from warm to the end
    memory: str  # in words


def run(root: Path, *, seconds: float, seed: int, least: Events) -> Faulted:
    """Let the weather pass for so long, let it all settle, and judge."""
    began = time.monotonic()
    broker_port = free_port()
    with (
        Processes(root / "logs") as processes,
        Weather((_AGENTS, _COLLECTOR), to_port=broker_port, seed=seed) as weather,
    ):
        stand = build(
            processes,
            root,
            pause_s=PAUSE_S,
            resend_s=RESEND_S,
            agents_port=weather.port(_AGENTS),
            collector_port=weather.port(_COLLECTOR),
            broker_port=broker_port,
        )
        stand.start_all()
        changes = make_weather(
            (_AGENTS, _COLLECTOR), seconds=seconds, seed=seed, with_long=seconds >= _LONG_FROM_S
        )
        weather.begin(changes)
        _wait(stand, seconds * WARM_SHARE)
        warm = _resident_mb(stand)
        _wait(stand, seconds * (1 - WARM_SHARE))
        drained_s = drain(stand)
        fresh_s = pass_fresh(stand)
        end = _resident_mb(stand)
        events = Events(
            duplicates=stand.count_duplicates(),
            reconnects=weather.accepted() - len(AGENTS) - 1,
            obligations=len(stand.ledger()),
            damage=weather.bites(),
        )
        events, objections = verdict(stand, events=events, least=least)
        set_aside = stand.store.quarantined()
        stand.store.close()
    report = Report(
        seed=seed,
        seconds=time.monotonic() - began,
        drained_s=drained_s,
        fresh_s=fresh_s,
        events=events,
        objections=objections,
        notes=f"quarantined {set_aside}",
    )
    growth = {name: 100 * (end[name] / warm[name] - 1) for name in warm}
    return Faulted(
        report=report,
        memory_percent=max(growth.values()),
        memory=", ".join(f"{name} {warm[name]:.1f} → {end[name]:.1f} MB" for name in warm),
    )


def _wait(stand: Stand, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left_s := until - time.monotonic()) > 0:
        stand.processes.check()
        time.sleep(min(1.0, left_s))


def _resident_mb(stand: Stand) -> dict[str, float]:
    return {
        name: psutil.Process(stand.processes.pid(name)).memory_info().rss / 2**20
        for name in (*AGENTS, COLLECTOR)
    }


def main() -> int:
    """One run in a folder of its own; 1 when the oracle objects."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory(prefix="preclaim-netfault-") as name:
        got = run(Path(name) / "run", seconds=seconds, seed=seed_of_run(), least=Events())
    print(got.report)
    print(f"memory: {got.memory_percent:+.1f} % ({got.memory})")
    return bool(got.report.objections)


if __name__ == "__main__":
    sys.exit(main())
