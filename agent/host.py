"""The recorder or gateway itself: read at its own pace and judged like a device."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Target
from agent.config import Config, Device
from agent.cycle import record_readings
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.relief import relieve
from agent.recording import Outcome, Settings
from shared.reading import Reading

EVERY: Final = timedelta(minutes=1)
ReadHost = Callable[[datetime], Awaitable[tuple[Reading, ...]]]


def host_device(config: Config) -> Device:
    """The agent's own position: its id is the agent's, and nothing is asked over the network."""
    return Device(
        device_id=config.agent_id,
        name=config.agent_id,
        target=Target(address=""),
        label_serial=config.recorder.label_serial,
        is_battery=False,
        is_metered=config.uplink == "metered",
        profile="",
        budget={},
    )


class HostWatch:
    """Reads the host until cancelled; the newest readings ride on every health message."""

    def __init__(
        self,
        config: Config,
        *,
        read: ReadHost,
        settings: Settings,
        database: Database,
        outbox: Outbox,
        clock: Callable[[], datetime],
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self.device = host_device(config)
        self._every = config.pace.every.get("host", EVERY)
        self._read = read
        self._settings = settings
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._on_outcome = on_outcome
        self._latest: tuple[Reading, ...] = ()

    async def latest(self) -> tuple[Reading, ...]:
        """The newest readings; read now when there are none yet."""
        if not self._latest:
            await self.read_once()
        return self._latest

    async def read_once(self) -> Outcome:
        """Read, judge and commit once."""
        now = self._clock()
        self._latest = await self._read(now)
        outcome = record_readings(
            self.device,
            self._latest,
            settings=self._settings,
            database=self._database,
            outbox=self._outbox,
            now=now,
        )
        self._on_outcome(outcome)
        return outcome

    async def run(self) -> None:
        """Read at the host's pace until cancelled."""
        while True:
            try:
                await self.read_once()
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                relieve(self._database, self._outbox)
            await asyncio.sleep(self._every.total_seconds())
