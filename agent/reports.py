"""What the agent says by itself: health, telemetry in columns, snapshots of open episodes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from agent.config import Config
from agent.delivery import fault_store, losses, reading_store, receipts
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.flight import PIECE_BYTES
from agent.delivery.outbox import Outbox
from agent.delivery.relief import relieve
from agent.delivery.uplink import Uplink
from agent.probes.picture_readings import LOCAL_ONLY
from agent.recording import TELEMETRY_UPTO
from agent.standing import Standings
from agent.told_facts import ToldFacts
from agent.uplink_budget import Mode
from shared import wire
from shared.columns import Columns
from shared.fault import EpisodeSnapshot
from shared.fold import fold
from shared.frame import Lane
from shared.health import DEVICES_A_PART, DeviceHealth, Health, Standing
from shared.identity import EventId
from shared.reading import Reading
from shared.receipt import Receipt

_LOG = logging.getLogger(__name__)
_BATCH: Final = 12_000  # readings in one telemetry message: six hours of 6 devices, 16 for one
_MAX_EPISODES: Final = 512
_SNAPSHOT_EVERY: Final = timedelta(minutes=10)  # a link that flaps must not fill the fault lane
_HOUSEKEEPING: Final = timedelta(hours=1)
_TICK_S: Final = 1.0
_NO_MESSAGE: Final = "a reading that no message can hold"
_UNSEEN: Final = "not told before the data plan's next month"


def _fold_what_fits(
    readings: Sequence[tuple[str, Reading]], *, now: datetime
) -> tuple[Columns | None, int]:
    """As many of the first readings as one frame takes, and how many; None for one that none takes.

    A table is bounded in bytes, in columns (readings that say something different each time) and
    in what its parts may hold.
    """
    count = len(readings)
    while True:
        with contextlib.suppress(ValueError):  # a WireError is one
            batch = fold(readings[:count], sent_at=now)
            if len(wire.encode(batch)) <= PIECE_BYTES:
                return batch, count
        if count == 1:
            return None, 1
        count //= 2


def _parts(devices: Sequence[DeviceHealth]) -> list[tuple[DeviceHealth, ...]]:
    """The devices in runs that one message holds; one empty run when there are none."""
    begins = range(0, max(len(devices), 1), DEVICES_A_PART)
    return [tuple(devices[begin : begin + DEVICES_A_PART]) for begin in begins]


class Reporter:
    """Appends reports at their pace; ``wake`` is called after each commit."""

    def __init__(
        self,
        config: Config,
        *,
        version: str,
        database: Database,
        outbox: Outbox,
        standings: Standings,
        read_host: Callable[[], Awaitable[tuple[Reading, ...]]],
        owed: Callable[[], Mapping[str, str]] = dict,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        on_health: Callable[[EventId], None] = lambda _: None,
        uplink: Uplink | None = None,
    ) -> None:
        """``on_health`` is called inside the transaction that appends a health message.

        ``owed`` says by device what an experiment has not put back yet.
        """
        self._config = config
        self._version = version
        self._database = database
        self._outbox = outbox
        self._standings = standings
        self._read_host = read_host
        self._owed = owed
        self._clock = clock
        self._wake = wake
        self._on_health = on_health
        self._uplink = uplink or Uplink(config.plan, database=database, clock=clock)
        self._is_wanted = False
        self._snapshot_at: datetime | None = None
        self.told = ToldFacts()
        self._is_snapshot_owed = False  # one was due, and the disk had no room for it

    def soon(self) -> None:
        """Send a health message at the next tick: something changed that people wait for."""
        self._is_wanted = True

    def note_receipt(self, receipt: Receipt) -> None:
        """A receipt is being applied; another store at the collector is told all at once."""
        if self.told.note(receipt):
            self.soon()

    async def run(self) -> None:
        """Report until cancelled; the first health message goes at once."""
        loop = asyncio.get_running_loop()
        health_s = telemetry_s = housekeeping_s = loop.time()
        telemetry_s += self._telemetry_due_in_s()
        while True:
            try:
                if self._is_health_due(loop.time() >= health_s):
                    self._is_wanted = False
                    await self.send_health()
                    health_s = loop.time() + self._config.pace.health_every.total_seconds()
                if loop.time() >= telemetry_s:
                    self.send_telemetry()
                    telemetry_s = loop.time() + self._config.pace.telemetry_every.total_seconds()
                if loop.time() >= housekeeping_s:
                    self._tidy()
                    housekeeping_s = loop.time() + _HOUSEKEEPING.total_seconds()
                if self._is_snapshot_owed:
                    self.send_snapshot()
                if self._database.is_short_of_space:
                    relieve(self._database, self._outbox)
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                _LOG.error("the disk is full: a report was not kept")
                relieve(self._database, self._outbox)
            await asyncio.sleep(_TICK_S)

    def _is_health_due(self, is_time: bool) -> bool:
        if self._uplink.is_said():
            return False  # the next word was promised for the data plan's next month
        return self._is_wanted or is_time or self._uplink.is_untold()

    def _telemetry_due_in_s(self) -> float:
        """Until the next batch after a start: a reading's age goes on while nobody runs."""
        upto = int(self._database.meta(TELEMETRY_UPTO) or "0")
        pace = self._config.pace.telemetry_every
        oldest = reading_store.oldest_unsent(
            self._database.connection, after=upto, local=LOCAL_ONLY
        )
        age = timedelta(0) if oldest is None else self._clock() - oldest
        return (pace - min(max(age, timedelta(0)), pace)).total_seconds()

    async def send_health(self) -> None:
        """Append one health message, in parts for a hub.

        Gaps that it tells are forgotten in the same transaction.
        """
        host = await self._read_host()
        now, mode = self._clock(), self._uplink.mode()
        self._standings.note_owed(self._owed())
        parts = _parts(self._devices(mode))
        with self._database.transaction() as db:
            whole = Health(
                sent_at=now,
                agent_version=self._version,
                next_within_s=self._uplink.next_word_s(
                    self._config.pace.health_every.total_seconds()
                ),
                uplink=self._config.uplink,
                host=host[:64],
                outbox=self._outbox.lane_depths(),
                recorder_firmware=self._config.recorder_firmware,
                data=self._uplink.spend(),
            )
            lost = losses.take(db, current_epoch=str(self._database.epoch()))
            events = [
                self._outbox.append(
                    replace(
                        whole,
                        devices=self.told.left_out(devices, now=now),
                        lost=() if number else lost,
                        part=number,
                    ),
                    now=now,
                )
                for number, devices in enumerate(parts)
            ]
            self._on_health(events[-1])
        for event, devices in zip(events, parts, strict=True):
            self.told.sent(event, devices)
        self._uplink.told(mode)
        self._wake()

    def _devices(self, mode: Mode) -> tuple[DeviceHealth, ...]:
        """How they stand; at the last word of the month nobody will see to those that are well."""
        devices = self._standings.health()
        if mode not in (Mode.FAREWELL, Mode.CLOSED):
            return devices
        return tuple(
            replace(device, standing=Standing.UNKNOWN, reason=_UNSEEN)
            if device.standing is Standing.OK
            else device
            for device in devices
        )

    def send_telemetry(self) -> int:
        """Append all readings since the last batch; how many messages that took."""
        sent = 0
        while self._send_batch():
            sent += 1
        if sent:
            self._wake()
        return sent

    def _send_batch(self) -> bool:
        now = self._clock()
        with self._database.transaction() as db:
            upto = int(self._database.meta(TELEMETRY_UPTO) or "0")
            rows = reading_store.unsent(db, after=upto, limit=_BATCH, local=LOCAL_ONLY)
            if not rows:
                return False
            batch, count = _fold_what_fits([row[1:] for row in rows], now=now)
            if batch is None:
                self._outbox.append_lost(Lane.TELEMETRY, reason=_NO_MESSAGE)
            else:
                self._outbox.append(batch, now=now)
            self._database.set_meta(TELEMETRY_UPTO, str(rows[count - 1][0]))
        return True

    def send_snapshot(self) -> None:
        """Append all open episodes, on connect; not more often than every ten minutes."""
        now = self._clock()
        if self._snapshot_at is not None and timedelta(0) <= now - self._snapshot_at < (
            _SNAPSHOT_EVERY
        ):
            return
        self._is_snapshot_owed = True
        with self._database.transaction() as db:
            episodes = fault_store.open_episodes(db, limit=_MAX_EPISODES)
            self._outbox.append(EpisodeSnapshot(now, episodes), now=now)
        self._snapshot_at, self._is_snapshot_owed = now, False

    def _tidy(self) -> None:
        with self._database.transaction():
            dropped = self._outbox.drop_old(
                now=receipts.surely_passed(self._database, now=self._clock())
            )
        if dropped:
            _LOG.info("%d delivered rows were past their keeping time", dropped)
