"""Sweeps over 64 cameras and over a hub's 600: time, processor, memory, and one that hangs."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field

import psutil

from agent.camera.http import REQUEST_DEADLINE_S
from benchmarks.crowd import Crowd, crowd, start_agent
from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.process_account import Account

SLOT_S = 2 * REQUEST_DEADLINE_S + 4.0
"""The most that a camera which hangs holds its place in a visit: two questions in vain, and the
connection to the second; what is asked after that fails at once."""
_LOOK_S = 0.25
_PATIENCE_S = 900.0
_VIEWS = 16  # cameras with the same view share what the simulator encodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many cameras, how often each is visited, and how many at once."""

    cameras: int
    every_s: float
    concurrency: int


SITE = Plan(cameras=64, every_s=45.0, concurrency=8)
HUB = Plan(cameras=600, every_s=300.0, concurrency=16)
_MOST_JITTER = 1.1  # a camera's own place in the round, ``schedule.next_due_at``


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One run, measured from outside."""

    plan: Plan
    wall_s: float  # from the agent's start until each camera was visited
    cpu_s: float  # main process and decoder child, in that time
    rss_mb: float  # main process, highest until the end of the run
    delay_s: float  # how much later than planned another one was visited while one hung, worst

    @property
    def made_by(self) -> str:
        """In words, for the table."""
        return (
            f"{self.plan.cameras} simulated cameras, {self.plan.concurrency} at once: "
            f"{self.wall_s:.0f} s, {self.cpu_s:.1f} CPU-s, {self.rss_mb:.1f} MB"
        )


@dataclass(slots=True)
class _Watch:
    """Notes when each camera is visited, by the camera's own count."""

    crowd: Crowd
    account: Account
    played: dict[str, int] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def look(self) -> None:
        self.crowd.processes.check()
        self.account.look()
        now = time.monotonic()
        for serial, count in self.crowd.visits().items():
            if count > self.played.get(serial, 0):
                self.times.setdefault(serial, []).append(now)
                self.played[serial] = count
        time.sleep(_LOOK_S)

    def until_each_has(self, visits: int, serials: set[str]) -> None:
        """Watch until each of these was seen visited so often."""
        until = time.monotonic() + _PATIENCE_S * visits
        while any(len(self.times.get(one, ())) < visits for one in serials):
            if time.monotonic() > until:
                raise RuntimeError(f"not all of {len(serials)} cameras were visited {visits} times")
            self.look()

    def longest_wait_s(self, serials: set[str]) -> float:
        """The longest time between a camera's first two visits."""
        return max(self.times[one][1] - self.times[one][0] for one in serials)


@functools.cache
def sweep(plan: Plan) -> Sweep:
    """Visit all, then again while one of them hangs."""
    with crowd(plan.cameras, views=_VIEWS, width=320, height=180) as running:
        began = time.monotonic()
        pid = start_agent(running, every_s=plan.every_s, concurrency=plan.concurrency)
        watch = _Watch(running, Account(psutil.Process(pid)))
        serials = set(running.addresses)
        watch.until_each_has(1, serials)
        wall_s, cpu_s = time.monotonic() - began, watch.account.cpu_s()
        hanging = min(serials, key=lambda one: watch.times[one][0])  # it comes first again
        others = serials - {hanging}
        running.switch(hanging, "hangs", on=True)
        watch.until_each_has(2, others)
        delay_s = watch.longest_wait_s(others) - _MOST_JITTER * plan.every_s
        return Sweep(
            plan=plan,
            wall_s=wall_s,
            cpu_s=cpu_s,
            rss_mb=watch.account.rss_mb,
            delay_s=max(delay_s, 0.0),
        )


def _figure(name: str, what: str, fact: str, *, unit: str, target: float, plan: Plan) -> Figure:
    def measure(size: Size) -> Measurement:
        got = sweep(plan)
        return Measurement(value=round(getattr(got, fact), 1), made_by=got.made_by)

    return Figure(
        name=f"camera.{name}",
        what=what,
        unit=unit,
        bound=Bound.AT_MOST,
        target=target,
        how="preclaim-agent run as a process beside simulated cameras and Mosquitto; /proc",
        measure=measure,
    )


def _rows(area: str, who: str, plan: Plan, *, wall_s: float, cpu_s: float) -> tuple[Figure, ...]:
    return (
        _figure(
            f"{area}_wall_s",
            f"{who}, every probe of each once: from the agent's start to the last visit",
            "wall_s",
            unit="s",
            target=wall_s,
            plan=plan,
        ),
        _figure(
            f"{area}_cpu_s",
            "CPU of main process and decoder child in that sweep, start included",
            "cpu_s",
            unit="s",
            target=cpu_s,
            plan=plan,
        ),
        _figure(
            f"{area}_rss_mb",
            f"main process, highest in two sweeps of {who}",
            "rss_mb",
            unit="MB",
            target=64,
            plan=plan,
        ),
        _figure(
            f"{area}_delay_s",
            f"one of {who} hangs: how much later than planned another is visited, worst",
            "delay_s",
            unit="s",
            target=SLOT_S,
            plan=plan,
        ),
    )


FIGURES: tuple[Figure, ...] = (
    *_rows("sweep", "64 cameras", SITE, wall_s=60, cpu_s=30),
    *_rows("hub", "a hub of 600", HUB, wall_s=600, cpu_s=300),
)
