"""Types the quick start at eight simulated cameras, as real commands, and looks what came of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.setup_script import ADDRESSES, OTHER, PASSWORD, REFUSED, ROOT, quick_start
from simulator.camera import CameraSpec, SimulatedCamera
from simulator.spec import ALL_LOGINS, Kind

CAMERAS: Final = 8
_KNOWN, _ELSE = "sim-pa55", "else-pa55"
_WATCH_S: Final = 90.0
_KINDS: Final = (Kind.WIFI, Kind.NVR_KIT_CAMERA, Kind.SOLAR_4G, Kind.WIFI)
_LOGINS: Final = (ALL_LOGINS, ("wsse",), ("digest-md5", "wsse"), ("digest-sha256",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the commands came to."""

    commands: int
    watched: int  # cameras that the agent has asked, and has readings of to report
    locked: int
    most_refusals: int
    over_one: int  # cameras that refused more than one login
    site_commands: int
    site_devices: int  # of six at three further sites


def run() -> Outcome:
    """From nothing to eight cameras watched, then three further sites by a list."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> Outcome:
    async with AsyncExitStack() as stack:
        sims = [await stack.enter_async_context(_camera(number)) for number in range(CAMERAS)]
        script = quick_start()
        typist = _Typist(folder, sims)
        for line in script:
            await typist.type(line)
        watched = await typist.watched()
        further = [await stack.enter_async_context(_camera(20 + n)) for n in range(6)]
        site_commands = await typist.further_sites(further)
        await typist.end()
        everybody = [*sims, *further]
        refusals = [sum(sim.state.requests.logins_refused.values()) for sim in everybody]
        return Outcome(
            commands=len(script),
            watched=watched,
            locked=sum(sim.state.login.locked for sim in everybody),
            most_refusals=max(refusals),
            over_one=sum(count > 1 for count in refusals),
            site_commands=site_commands,
            site_devices=typist.at_sites(further),
        )


def _camera(number: int) -> SimulatedCamera:
    """Kinds and logins in turn; the last of the eight has another password than the others."""
    is_other = number == CAMERAS - 2
    return SimulatedCamera(
        CameraSpec(
            serial=f"BOX-{number:04d}",
            mac=f"02:00:00:00:07:{number:02x}",
            kind=_KINDS[number % len(_KINDS)],
            password=_ELSE if is_other else _KNOWN,
            logins=_LOGINS[number % len(_LOGINS)],
            scene_seed=number % 4 + 1,
        )
    )


class _Typist:
    """Runs each line in a shell, in one folder, with the product's commands on the path."""

    def __init__(self, folder: Path, sims: Sequence[SimulatedCamera]) -> None:
        self._folder = folder
        self._addresses = " ".join(sim.address for sim in sims)
        self._agent: asyncio.subprocess.Process | None = None
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        self._environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C"}

    async def type(self, line: str) -> None:
        """One command; what the README stands for is filled in, `run` goes on in its window."""
        for written, meant in (
            (ADDRESSES, f"'{self._addresses}'"),
            (PASSWORD, _KNOWN),
            (OTHER, _ELSE),
            (REFUSED, self._refused()),
        ):
            line = line.replace(written, meant)
        process = await asyncio.create_subprocess_shell(
            f"exec {line}" if " run " in line else line,
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        if " run " in line:
            self._agent = process
        else:
            await process.wait()

    def _refused(self) -> str:
        """The device without a login, as the person reads it in the report."""
        without = (one for one in self._devices() if "user" not in one)
        return str(next((one["id"] for one in without), REFUSED))

    def _devices(self) -> list[dict[str, object]]:
        path = self._folder / "agent.toml"
        if not path.exists():
            return []
        found: list[dict[str, object]] = tomllib.loads(path.read_text()).get("devices", [])
        return found

    async def watched(self) -> int:
        """Cameras that the agent has logged in to and asked; waits for all, within bounds."""
        loop = asyncio.get_running_loop()
        until, asked = loop.time() + _WATCH_S, 0
        while loop.time() < until:
            asked = sum(
                int(one["requests"]["spent"]) > 1 and bool(one["bytes"]["spent"])
                for one in await self._budget()
            )
            if asked >= CAMERAS and await self._reports():
                break
            await asyncio.sleep(1.0)
        logged_in = sum("user" in one for one in self._devices())
        return min(asked, logged_in) if await self._reports() else 0

    async def _budget(self) -> list[dict[str, dict[str, float]]]:
        try:
            found: list[dict[str, dict[str, float]]] = json.loads(
                await self._read("preclaim-agent", "budget", "--json")
            )["devices"]
        except (ValueError, KeyError):
            return []
        return found

    async def _reports(self) -> bool:
        """Whether messages about the cameras wait for the collector."""
        table = await self._read("preclaim-agent", "outbox", "--lang", "en")
        return any(
            line.split()[:1] in (["health"], ["telemetry"]) and line.split()[1] != "0"
            for line in table.splitlines()
        )

    async def _read(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *arguments, "-c", "agent.toml",
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        out, _ = await process.communicate()
        return out.decode()

    async def further_sites(self, sims: Sequence[SimulatedCamera]) -> int:
        """Write the list as an integrator would, and type what sets it up."""
        rows = ["site,address,user,password_file,consent,latitude,longitude"]
        for number in range(3):
            pair = f"{sims[2 * number].address} {sims[2 * number + 1].address}"
            rows.append(f"site-{number},{pair},admin,password,all,{31 + number},121")
        (self._folder / "sites.csv").write_text("\n".join(rows))
        typed = ("preclaim-agent setup --sites sites.csv --yes",)
        for line in typed:
            await self.type(line)
        return len(typed)

    def at_sites(self, sims: Sequence[SimulatedCamera]) -> int:
        """How many of these are set up with a site and a login."""
        addresses = {sim.address for sim in sims}
        return sum(
            one["address"] in addresses and "user" in one and "site" in one
            for one in self._devices()
        )

    async def end(self) -> None:
        """Close the agent's window."""
        if self._agent is not None and self._agent.returncode is None:
            self._agent.send_signal(signal.SIGTERM)
            await self._agent.wait()
