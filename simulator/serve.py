"""Runs a fleet until it is told to stop, and says where everything is."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simulator import mix, table
from simulator.faults import as_fault
from simulator.fleet import Fleet
from simulator.problem import BadScenario, Problem
from simulator.scenario import DEFAULT_CONTROL_PORT, Device, Scenario, load, make_password
from simulator.words import Language, column, say

_SHOWN = ("site", "serial", "kind", "model", "codec", "address", "rtsp", "faults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a person asked for. ``control_port`` None: as the scenario says."""

    file: Path | None
    cameras: int
    control_port: int | None
    faults: tuple[str, ...]
    language: Language


async def run(plan: Plan) -> None:
    """Serve until SIGINT or SIGTERM. Raises BadScenario, OSError when a port is taken."""
    password = make_password()
    scenario = add_faults(_scenario(plan, password=password), plan.faults)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="preclaim-sim-") as folder:
        path = write_password(Path(folder), password)
        async with Fleet(scenario) as fleet:
            _print(report(fleet, generated=password, password_file=path, language=plan.language))
            await stop.wait()
    _print([say("stopped", plan.language)])


def _scenario(plan: Plan, *, password: str) -> Scenario:
    if plan.file is None:
        scenario = mix.make(plan.cameras, password=password, control_port=DEFAULT_CONTROL_PORT)
    else:
        scenario = load(plan.file, generated_password=password)
    if plan.control_port is None:
        return scenario
    return replace(scenario, control_port=plan.control_port)


def add_faults(scenario: Scenario, asked: Sequence[str]) -> Scenario:
    """Add faults given as ``SERIAL=FAULT``; BadScenario lists everything that does not fit."""
    problems: list[Problem] = []
    extra: dict[str, list[str]] = {}
    known = {device.spec.serial for device in scenario.devices}
    for text in asked:
        serial, _, name = text.partition("=")
        reason = "" if serial in known else f"there is no device {serial!r}"
        try:
            extra.setdefault(serial, []).append(as_fault(name).value)
        except ValueError as error:
            reason = reason or str(error)
        if reason:
            remedy = f"write SERIAL=FAULT with a serial such as {min(known)}"
            problems.append(
                Problem(file="--fault", key=text, reason=reason, remedy=remedy),
            )
    if problems:
        raise BadScenario(problems)

    def with_extra(device: Device) -> Device:
        spec = device.spec
        added = (*spec.faults, *extra.get(spec.serial, ()))
        return replace(device, spec=replace(spec, faults=added))

    sites = tuple(
        replace(site, devices=tuple(with_extra(device) for device in site.devices))
        for site in scenario.sites
    )
    return replace(scenario, sites=sites)


def write_password(folder: Path, password: str) -> Path:
    """Write the generated password into a file that only its owner can read."""
    path = folder / "password"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    return path


def report(fleet: Fleet, *, generated: str, password_file: Path, language: Language) -> list[str]:
    """The table of devices and the commands to try; passwords are named by file, not shown."""
    rows = [
        (
            fleet.site_of(serial),
            serial,
            camera.spec.kind.value,
            camera.spec.model,
            camera.spec.codec,
            camera.address,
            str(camera.rtsp_port),
            ", ".join(fault.value for fault in camera.faults) or "-",
        )
        for serial, camera in fleet.cameras.items()
    ]
    first = next(iter(fleet.cameras.values()))
    user, serial = shlex.quote(first.spec.user), shlex.quote(first.spec.serial)
    probe = f"preclaim-agent probe {first.address} --user {user}"
    uses_generated = any(camera.spec.password == generated for camera in fleet.cameras.values())
    if first.spec.password == generated:
        probe += f" --password-file {shlex.quote(str(password_file))}"
    inject = f"preclaim-sim inject {serial} blurred --control {fleet.control_url}"
    site = next(iter(fleet.sites))
    said = [say("running", language, count=len(rows)), ""]
    said += table.lines([column(key, language) for key in _SHOWN], rows)
    said += ["", say("control", language, url=fleet.control_url)]
    if uses_generated:
        said.append(say("password", language, path=password_file))
    said += [say("try", language), f"  {probe}"]
    said += [say("inject", language), f"  {inject}", f"  {inject} --off"]
    power = f"{fleet.control_url}/control/sites/{site}/power"
    said += [say("power", language), f"  curl -d '{{\"on\": false}}' {power}"]
    return [*said, say("stop", language)]


def _print(said: Sequence[str]) -> None:
    sys.stdout.write("\n".join(said) + "\n")
    sys.stdout.flush()
