"""The time between two connections, which a fresh fault may cut short where it is long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from shared.backoff import CAP_S

Sleep: TypeAlias = Callable[[float], Awaitable[None]]


class Recess:
    """Waits as the back-off says; a fault that is fresh ends a long wait, but no two in a row.

    On a metered link a broker that stays away is tried every 15 to 30 minutes, because each try
    costs the data plan about 5 KB. A fault shall not wait that long for a broker that may be back;
    nor may faults that come one after the other spend the plan. So at most every second wait is
    cut: whatever happens, there are at most twice the tries.
    """

    def __init__(self, newest_fault: Callable[[], int]) -> None:
        """``newest_fault`` gives the row id of the newest fault that was not sent, 0 without one.

        Not how many there are: where one was evicted meanwhile, a fresh one leaves that unchanged.
        """
        self._newest_fault = newest_fault
        self._fresh = asyncio.Event()
        self._known = 0
        self._may_cut = True

    def look(self) -> None:
        """Something was appended: remember whether a fault was among it."""
        if self._newest_fault() > self._known:
            self._fresh.set()

    def reset(self) -> None:
        """The far end answered: the next wait may be cut again."""
        self._may_cut = True

    async def wait(self, delay_s: float, *, is_paid: bool, sleep: Sleep) -> None:
        """Wait, or less; waits up to the wired cap are never cut, so that no herd forms."""
        self._known = max(self._known, self._newest_fault())
        self._fresh.clear()
        if not (is_paid and self._may_cut and delay_s > CAP_S):
            self._may_cut = True
            await sleep(delay_s)
            return
        self._may_cut = not await self._is_cut(sleep(delay_s))

    async def _is_cut(self, whole: Awaitable[None]) -> bool:
        rest = asyncio.ensure_future(whole)
        fresh = asyncio.ensure_future(self._fresh.wait())
        try:
            await asyncio.wait({rest, fresh}, return_when=asyncio.FIRST_COMPLETED)
            return fresh.done() and not rest.done()
        finally:
            rest.cancel()
            fresh.cancel()
            # Unlike awaiting them it does not raise what they raise, so that a cancellation that
            # is raised here is our own: the agent is told to stop.
            await asyncio.wait({rest, fresh})
