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
from simulator.demo.stage import PASSWORD

CAMERAS = 64
MISSED_SHARE = 0.05  # a visit may fall just beyond the edge of the window
SWEEP_S = 45.0  # every probe of every camera once in this time


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCost:
    """Measured from outside, by process accounting."""

    cpu_s_per_camera: float  # main process and decoder child, per camera and sweep
    main_rss_mb: float  # highest seen
    child_rss_mb: float
    cameras: int


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
    """Let the agent run in, then account for whole sweeps."""
    process = psutil.Process(start_agent(crowd, every_s=SWEEP_S))
    main_rss = child_rss = 0.0

    def watch(seconds: float) -> None:
        nonlocal main_rss, child_rss
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            crowd.processes.check()
            main_rss = max(main_rss, process.memory_info().rss / 2**20)
            for child in process.children(recursive=True):
                try:
                    child_rss = max(child_rss, child.memory_info().rss / 2**20)
                except psutil.NoSuchProcess:
                    continue
            time.sleep(0.5)

    watch(SWEEP_S * 1.5)
    before, visits = _cpu_s(process), crowd.visits()
    watch(SWEEP_S * sweeps)
    spent = _cpu_s(process) - before
    after = crowd.visits()
    missed = [serial for serial in visits if after[serial] - visits[serial] < sweeps]
    if len(missed) > MISSED_SHARE * len(visits):
        raise RuntimeError(f"{len(missed)} cameras were not visited in every sweep: no figure")
    count = len(crowd.cast.roles)
    return AgentCost(
        cpu_s_per_camera=spent / count / sweeps,
        main_rss_mb=main_rss,
        child_rss_mb=child_rss,
        cameras=count,
    )


def _cpu_s(process: psutil.Process) -> float:
    """CPU of the process, of its living children and of those it has reaped."""
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


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
    print(f"{'way':44} {'CPU-s/camera/sweep':>18} {'RSS MB':>8}  ratio")
    print(
        f"{'preclaim-agent (main and decoder child)':44} {ours.cpu_s_per_camera:18.4f}"
        f" {ours.main_rss_mb:8.0f}  1"
    )
    for name, naive in (("onvif-zeep rebuilt + ffmpeg", rebuilt), ("kept + ffmpeg", kept)):
        ratio = naive.cpu_s_per_camera / ours.cpu_s_per_camera
        print(f"{name:44} {naive.cpu_s_per_camera:18.4f} {naive.rss_mb:8.0f}  {ratio:.1f}")


if __name__ == "__main__":
    main()
