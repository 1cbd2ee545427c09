"""Fault injected → pre-claim visible through the API, and what must never become one."""

from __future__ import annotations

import functools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.crowd import MOSQUITTO
from benchmarks.figure import Size
from simulator.demo.cast import Cast, Ending, Role
from simulator.demo.processes import Processes, free_port, wait_for_port
from simulator.demo.run import LEARNING_S
from simulator.demo.stage import Stage, prepare, set_up
from simulator.demo.watch import Watch, wait_until

FAULTS = (
    ("ircut_stuck_open", "ircut.stuck_open"),
    ("blurred", "picture.blurred"),
    ("battery_not_charging", "battery.not_charging"),
    ("black", "picture.black"),
)
INJECTIONS = 20
PER_SITE = 5
LIMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from injection to the pre-claim in the API's list, over all injections."""

    seconds: tuple[float, ...]
    missing: int

    @property
    def median_s(self) -> float:
        """The middle one; a missing claim counts as the limit."""
        return statistics.median((*self.seconds, *([LIMIT_S] * self.missing)))

    @property
    def worst_s(self) -> float:
        """The slowest one; a missing claim counts as the limit."""
        return max((*self.seconds, *([LIMIT_S] * self.missing)))


def solar_cameras(count: int) -> Cast:
    """Healthy solar cameras at a few sites, each with the fault that it will get."""
    roles = []
    for number in range(count):
        fault, code = FAULTS[number % len(FAULTS)]
        roles.append(
            Role(
                site=f"site-{number // PER_SITE + 1}",
                device_id=f"solar-{number:02d}",
                name=f"Solar {number}",
                kind="solar_4g",
                model="SC-4G-20",
                batch="B2601",
                label_serial=f"SC2601{7000 + number}",
                onvif_serial=f"4G20-L{number:03d}",
                mac=f"02:00:00:02:00:{number:02x}",
                fault=fault,
                code=code,
                ending=Ending.CLAIM,
            )
        )
    return Cast(tuple(roles))


@functools.cache
def measure_latency(size: Size) -> Latency:
    """Twenty injections, one after the other, each on a camera of its own; over Mosquitto."""
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")
    cast = solar_cameras(INJECTIONS)
    with tempfile.TemporaryDirectory(prefix="preclaim-latency-") as name:
        folder = prepare(Path(name) / "run")
        with Processes(folder.root / "logs") as processes:
            port = free_port()
            configuration = folder.root / "mosquitto.conf"
            configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
            processes.start("mosquitto", [MOSQUITTO, "-c", str(configuration)])
            wait_for_port(port, timeout_s=10, processes=processes)
            stage = set_up(
                folder,
                cast,
                processes,
                language="en",
                embedded_broker=False,
                broker_port=port,
            )
            watch = Watch(stage.api, cast)
            if not wait_until(
                lambda: watch.healthy_devices() == len(cast.roles), timeout_s=150, every_s=1
            ):
                raise RuntimeError("not every healthy camera was known to be healthy")
            time.sleep(LEARNING_S)
            return _inject_all(stage, watch)


def _inject_all(stage: Stage, watch: Watch) -> Latency:
    seconds = []
    for role in stage.cast.roles:
        began = time.monotonic()
        stage.inject(role.onvif_serial, role.fault)
        if wait_until(partial(_claimed, watch, role), timeout_s=LIMIT_S, every_s=0.1):
            seconds.append(time.monotonic() - began)
    return Latency(seconds=tuple(seconds), missing=INJECTIONS - len(seconds))


def _claimed(watch: Watch, role: Role) -> bool:
    return any(
        item["serial"] == role.label_serial and role.code in item["codes"]
        for item in watch.api.items("/api/v1/preclaims")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """What the demo's stories came to."""

    wrong_claims: int  # pre-claims that must not exist
    astray: int  # stories that did not end exactly as they must


@functools.cache
def measure_endings(size: Size) -> Endings:
    """One whole demo on the embedded default, as a user starts it."""
    with tempfile.TemporaryDirectory(prefix="preclaim-demo-") as name:
        written = Path(name) / "report.json"
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "preclaim-demo"),
                *("--for", "150", "--dir", str(Path(name) / "demo"), "--report", str(written)),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        if not written.exists():
            raise RuntimeError(
                f"the demo wrote no report: {done.stdout[-300:]}{done.stderr[-300:]}"
            )
        report = json.loads(written.read_text())
    stories, strangers = report["stories"], report["strangers"]
    wrong = sum(
        came["ending"] == Ending.CLAIM.value
        for story in stories
        if story["expected"] != Ending.CLAIM.value
        for came in story["came"]
    )
    wrong += sum(key.startswith("claim ") for key in strangers)
    astray = sum(not story["as_expected"] for story in stories) + len(strangers)
    return Endings(wrong_claims=wrong, astray=astray)
