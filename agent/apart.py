"""Blocking work in a thread of its own: what hangs in the kernel must hold up nothing else.

Not in the loop's own executor: that has few threads, which also look up names, and the end of the
process waits for each of them. A daemon thread for each name waits alone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar, cast

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
        future = _begin(name, work)
        self._begun[name] = _Begun(future, time.monotonic())
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._deadline_s)
        except TimeoutError:  # of ours, or the kernel's ETIMEDOUT
            return None
        finally:
            if future.done():
                self._begun.pop(name, None)


def _begin(name: str, work: Callable[[], T]) -> asyncio.Future[T]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(answer: T | None, error: BaseException | None) -> None:
        if future.done():  # nobody waits any more: the loop cancelled it
            return
        if error is None:
            future.set_result(cast("T", answer))
        else:
            future.set_exception(error)

    def run() -> None:
        answer, error = None, None
        try:
            answer = work()
        except Exception as found:  # noqa: BLE001 - handed to whoever waits, as executors do
            error = found
        with suppress(RuntimeError):  # the loop is closed: the process ends
            loop.call_soon_threadsafe(settle, answer, error)

    threading.Thread(target=run, name=f"apart-{name}", daemon=True).start()
    return future
