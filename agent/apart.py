"""Blocking work in a thread of its own: what hangs in the kernel must hold up nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Begun(NamedTuple):
    future: asyncio.Future[Any]
    at_s: float


class Apart:
    """Does work by name, each name once at a time: a folder whose server is gone takes one thread,
    not one more with every look."""

    def __init__(self, *, deadline_s: float, useful_s: float = 0.0) -> None:
        """``useful_s``: what took longer than the deadline is handed out by the next look, unless
        it was begun longer ago than this."""
        self._deadline_s = deadline_s
        self._useful_s = useful_s
        self._begun: dict[str, _Begun] = {}

    async def do(self, name: str, work: Callable[[], T]) -> T | None:
        """What the work returns; None while it hangs, and it is not begun again then."""
        before = self._begun.get(name)
        if before is not None:
            if not before.future.done():
                return None
            del self._begun[name]
            if time.monotonic() - before.at_s <= self._useful_s:
                late: T = before.future.result()
                return late
        future = asyncio.get_running_loop().run_in_executor(None, work)
        self._begun[name] = _Begun(future, time.monotonic())
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._deadline_s)
        except TimeoutError:  # of ours, or the kernel's ETIMEDOUT
            return None
        finally:
            if future.done():
                del self._begun[name]
