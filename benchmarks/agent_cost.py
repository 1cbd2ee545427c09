"""What the agent costs beside the naive way, on the same simulated cameras in one run."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil

from benchmarks.crowd import Crowd, crowd, start_agent
from benchmarks.figure import Size
from benchmarks.process_account import Account
from simulator.demo.stage import PASSWORD

CAMERAS = 64
SWEEP_S = 45.0  # every probe of every camera once in this time, where the machine has it
_LOOK_S = 0.5
_COUNT_S = 5.0  # asking 64 cameras costs as well
_PATIENCE_SWEEPS = 12.0  # a camera that nobody visits for so long is no load but a defect


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCost:
    """Measured from outside, by process accounting."""

    cpu_s_per_camera: float  # main process and decoder child, per visit of a camera
    main_rss_mb: float  # highest seen
    child_rss_mb: float
    cameras: int
    visits: int  # made while the CPU was counted


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveCost:
    """An onvif-zeep object per camera and an ffmpeg process per picture."""

    cpu_s_per_camera: float
    rss_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One run: ours, and the naive way rebuilt per sweep and kept."""

    ours: AgentCost
    rebuilt: NaiveCost
    kept: NaiveCost


def measure_agent(crowd: Crowd, *, sweeps: int) -> AgentCost:
    """Let the agent visit each camera, then account until each was visited ``sweeps`` times more.

    Memory is the highest since the start; CPU is divided by the visits that were made, so that a
    busy machine makes the run longer and not the figure better or void.
    """
    watch = _Watch(crowd, Account(psutil.Process(start_agent(crowd, every_s=SWEEP_S))))
    began = watch.until_each_has(1)
    before = watch.account.cpu_s()
    ended = watch.until_each_has(1 + sweeps)
    visits = sum(ended.values()) - sum(began.values())
    return AgentCost(
        cpu_s_per_camera=(watch.account.cpu_s() - before) / visits,
        main_rss_mb=watch.account.rss_mb,
        child_rss_mb=watch.account.child_rss_mb,
        cameras=len(crowd.cast.roles),
        visits=visits,
    )


@dataclass(slots=True)
class _Watch:
    """Looks at the process again and again, however long its visits take."""

    crowd: Crowd
    account: Account

    def until_each_has(self, count: int) -> dict[str, int]:
        """Watch until each camera was visited so often; visits by camera."""
        until = time.monotonic() + SWEEP_S * _PATIENCE_SWEEPS * count
        while True:
            visits = self.crowd.visits()
            if min(visits.values()) >= count:
                return visits
            if time.monotonic() > until:
                late = [serial for serial, made in visits.items() if made < count]
                raise RuntimeError(f"{late[0]} and {len(late) - 1} more were not visited")
            for _ in range(int(_COUNT_S / _LOOK_S)):
                self.crowd.processes.check()
                self.account.look()
                time.sleep(_LOOK_S)


def measure_naive(crowd: Crowd, way: str, *, cameras: int) -> NaiveCost:
    """Run the naive client as a process of its own over some of the cameras."""
    addresses = list(crowd.addresses.values())[:cameras]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.naive_client", way, *addresses],
        env={**os.environ, "PRECLAIM_PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the naive client ({way}) failed: {done.stderr[-600:]}")
    read = json.loads(done.stdout.splitlines()[-1])
    return NaiveCost(cpu_s_per_camera=read["cpu_s_per_camera"], rss_mb=read["rss_mb"])


@functools.cache
def compare(size: Size) -> Comparison:
    """Ours over 64 cameras; the naive way over 8 of them (short) or all (full)."""
    full = size is Size.FULL
    with crowd(CAMERAS) as running:
        ours = measure_agent(running, sweeps=3 if full else 1)
        running.processes.stop("agent-crowd")
        naive_cameras = CAMERAS if full else 8
        rebuilt = measure_naive(running, "rebuilt", cameras=naive_cameras)
        kept = measure_naive(running, "kept", cameras=naive_cameras)
    return Comparison(ours=ours, rebuilt=rebuilt, kept=kept)


def main() -> None:
    """Print the comparison for people."""
    size = Size.FULL if os.environ.get("LONG", "") not in {"", "0"} else Size.SHORT
    result = compare(size)
    ours, rebuilt, kept = result.ours, result.rebuilt, result.kept
    print(f"{'way':44} {'CPU-s/camera visit':>18} {'RSS MB':>8}  ratio")
    print(
        f"{'preclaim-agent (main and decoder child)':44} {ours.cpu_s_per_camera:18.4f}"
        f" {ours.main_rss_mb:8.0f}  1"
    )
    for name, naive in (("onvif-zeep rebuilt + ffmpeg", rebuilt), ("kept + ffmpeg", kept)):
        ratio = naive.cpu_s_per_camera / ours.cpu_s_per_camera
        print(f"{name:44} {naive.cpu_s_per_camera:18.4f} {naive.rss_mb:8.0f}  {ratio:.1f}")


if __name__ == "__main__":
    main()
