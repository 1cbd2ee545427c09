"""A folder to set up in, simulated cameras, and the command line in a thread beside them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("simulator.camera", reason="the simulator is not here")

from agent import cli
from agent.verbs import dispatch
from simulator.camera import CameraSpec, SimulatedCamera
from simulator.spec import Kind

USER, PASSWORD = "admin", "sim-pa55"
Start = Callable[..., Any]


class Bench:
    """Where a person sits: a folder, cameras in reach, and the command line."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder = folder
        self.config = folder / "agent.toml"
        self._stack = stack
        self._count = 0
        (folder / "pw").write_text(PASSWORD + "\n")

    async def camera(self, **changes: Any) -> SimulatedCamera:
        """One more camera."""
        self._count += 1
        known: dict[str, Any] = {
            "serial": f"SN-2401-{self._count:04d}",
            "mac": f"02:00:00:00:00:{self._count:02x}",
            "kind": Kind.WIFI,
            "user": USER,
            "password": PASSWORD,
        }
        sim = SimulatedCamera(CameraSpec(**(known | changes)))
        return await self._stack.enter_async_context(sim)

    async def call(self, *arguments: str) -> tuple[int, str]:
        """Carry out a command line; exit code and output."""
        out = io.StringIO()
        read = cli.parse([*arguments, "-c", str(self.config), "--lang", "en"])
        code = await asyncio.to_thread(dispatch, read, out)
        return code, out.getvalue()

    async def setup(
        self, *sims: SimulatedCamera, more: tuple[str, ...] = (), accept: bool = False
    ) -> tuple[int, str]:
        """Set these cameras up with the one password, consent to all."""
        more = more if accept else (*more, "--no-accept")
        at = [part for sim in sims for part in ("--at", sim.address)]
        login = ("--user", USER, "--password-file", str(self.folder / "pw"))
        agreed = () if "--consent" in more else ("--consent", "all")
        return await self.call("setup", "--yes", *login, *agreed, *at, *more)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A fresh place."""
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path, stack)
