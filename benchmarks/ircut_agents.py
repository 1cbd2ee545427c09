"""Agents as processes of their own, started by one that has imported everything already."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Agent:
    """One of them; ``ended`` is its exit code, negative for a signal."""

    pid: int
    ended: asyncio.Future[int]

    def kill(self) -> None:
        """SIGKILL; its decoder child dies of its closed pipe."""
        if self.ended.done():
            return
        with contextlib.suppress(ProcessLookupError):  # it ends just now, or is not yet a group
            os.kill(self.pid, signal.SIGKILL)
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, and wait."""
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
        await self.ended


class Agents:
    """Starts them; see ``ircut_agent``."""

    def __init__(self, starter: Process) -> None:
        self._starter = starter
        self._started: asyncio.Queue[int] = asyncio.Queue()
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def start(self, *words: str, log: Path) -> Agent:
        """Run the agent with these words of a command line."""
        assert self._starter.stdin is not None
        async with self._one_at_a_time:
            self._starter.stdin.write(json.dumps([str(log), *words]).encode() + b"\n")
            pid = await self._started.get()
        return Agent(pid, self._ended[pid])

    async def listen(self) -> None:
        """Take in what the starter says, until it ends."""
        assert self._starter.stdout is not None
        async for line in self._starter.stdout:
            pid, *code = (int(word) for word in line.split())
            if code:
                self._ended[pid].set_result(code[0])
            else:
                self._ended[pid] = asyncio.get_running_loop().create_future()
                self._started.put_nowait(pid)


@contextlib.asynccontextmanager
async def agents() -> AsyncIterator[Agents]:
    """A starter of agents, ended with the block."""
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.ircut_agent", stdin=PIPE, stdout=PIPE
    )
    found = Agents(starter)
    listening = asyncio.create_task(found.listen())
    try:
        yield found
    finally:
        assert starter.stdin is not None
        starter.stdin.close()
        await starter.wait()
        await listening
