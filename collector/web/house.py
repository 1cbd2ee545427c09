"""What every page works with: the store, the clock, passwords, settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from collector.claims.policy import Policy
from collector.intake.arrival import Counts
from collector.outlets.settings import NO_NOTIFICATIONS, NotifySettings
from collector.outlets.sink import Counts as SinkCounts
from collector.store.engine import reader
from collector.web.attempts import Attempts
from collector.web.passwords import Passwords
from collector.web.proxies import Proxies

if TYPE_CHECKING:  # it reads claims as their page does, and pages know the house
    from collector.pack.room import PackRoom

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts that pages share; database work runs in threads, never on the event loop."""

    engine: Engine
    evidence_dir: Path
    now: Callable[[], datetime]
    language: str
    secure_cookies: bool
    passwords: Passwords
    attempts: Attempts
    intake: Callable[[], Counts]
    trouble: Callable[[], str]  # why nothing is stored or decided; '' while all is well
    policy: Policy
    command_key: Ed25519PrivateKey | None  # None: nobody can give commands from here
    proxies: Proxies
    sink: Callable[[], SinkCounts] | None = None  # None: no time-series server is configured
    notify: NotifySettings = NO_NOTIFICATIONS
    packs: PackRoom | None = None  # None: no packs are made here

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query in a read-only transaction."""

        def run() -> T:
            with reader(self.engine) as db:
                return query(db)

        return await asyncio.to_thread(run)

    async def write(self, change: Callable[[Connection], T]) -> T:
        """Run a change in one transaction; it is undone when the change raises."""

        def run() -> T:
            with self.engine.begin() as db:
                return change(db)

        return await asyncio.to_thread(run)


HOUSE: web.AppKey[House] = web.AppKey("house", House)
