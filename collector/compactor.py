"""The telemetry loop: merges what came and drops what is past its keeping time, beside the jobs.

It has a thread of its own, because decisions wait for nothing that takes long: a tick that took
longer than the clock check allows would count as absence, and every hold would begin again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from collector.claims.policy import Policy
from collector.compact import compact, prune
from collector.store.cause import cause_of

log = logging.getLogger(__name__)

COMPACT_EVERY_S: Final = 300.0
PRUNE_EVERY: Final = timedelta(hours=6)


class Compactor:
    """Runs compaction again and again; it stops between two portions when told to."""

    def __init__(self, engine: Engine, *, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._policy = policy
        self._clock = clock
        self._pruned_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Compact until told to stop; what the store did not take waits for the next turn."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.turn, stop.is_set)
            except DBAPIError as error:
                log.error("telemetry was not merged (%s); the next turn does it", cause_of(error))
            try:
                async with asyncio.timeout(COMPACT_EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue

    def turn(self, is_stopped: Callable[[], bool]) -> None:
        """One pass over every agent, and over the days that are old enough to go."""
        now = self._clock()
        compact(self._engine, policy=self._policy, now=now, is_stopped=is_stopped)
        if self._pruned_at is None or not timedelta(0) <= now - self._pruned_at < PRUNE_EVERY:
            prune(self._engine, policy=self._policy, now=now)
            self._pruned_at = now
